import type { Clock } from "../balancers/_clock.ts";
import { closeQuietly } from "./_close_quietly.ts";
import { isClientError, isGoneError, isLocalError } from "./_system_errors.ts";

/** What an acceptor needs and tells. */
export interface AcceptorOptions {
  readonly listener: Deno.TcpListener;
  readonly clock: Clock;
  onConnection(connection: Deno.TcpConn): void;
  /** Accepting failed for now. */
  onPause(error: Error, retryMs: number): void;
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

/**
 * Accepts connections until it is closed. Too few descriptors are waited out;
 * a listener that is broken ends it.
 */
export class Acceptor {
  /** Resolves when it was closed, rejects when the listener has failed. */
  readonly finished: Promise<void>;
  readonly #options: AcceptorOptions;
  #closed = false;
  #cancelWait: (() => void) | undefined;

  constructor(options: AcceptorOptions) {
    this.#options = options;
    this.finished = this.#run();
  }

  /** Stops listening. Idempotent. */
  close(): void {
    this.#closed = true;
    closeQuietly(this.#options.listener);
    this.#cancelWait?.();
  }

  async #run(): Promise<void> {
    const { listener, onConnection, onPause } = this.#options;
    let waitMs = FIRST_WAIT_MS;
    while (!this.#closed) {
      try {
        const connection = await listener.accept();
        waitMs = FIRST_WAIT_MS;
        onConnection(connection);
      } catch (error) {
        if (this.#closed) return;
        if (isGoneError(error)) continue;
        // That of a client is waited out as well, in case it stays.
        if (!isLocalError(error) && !isClientError(error)) {
          this.close();
          throw error;
        }
        onPause(error as Error, waitMs);
        await this.#wait(waitMs);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      }
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#cancelWait = undefined;
        resolve();
      };
      const cancel = this.#options.clock.hold(ms, done);
      this.#cancelWait = () => {
        cancel();
        done();
      };
    });
  }
}
