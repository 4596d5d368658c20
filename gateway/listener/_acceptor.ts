import type { Clock } from "../../balancers/transport/mod.ts";
import type { Connection, Listener } from "../network/mod.ts";
import { closeQuietly, isGoneError, isListenerError } from "../sockets/mod.ts";

/** Options of an acceptor. */
export interface AcceptorOptions {
  readonly listener: Listener;
  readonly clock: Clock;
  onConnection(connection: Connection): void;
  /** Called when accepting failed for now, and is tried again. */
  onPause(error: Error, retryMs: number): void;
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

/**
 * Accepts connections until it is closed, or its listener is broken. A fault of
 * one connection does not end it, nor a shortage, such as of descriptors.
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
      let connection: Connection;
      try {
        connection = await listener.accept();
      } catch (error) {
        if (this.#closed) return;
        if (isGoneError(error)) continue;
        if (isListenerError(error)) {
          this.close();
          throw error;
        }
        // Errors that are not known are waited out, too: they may pass.
        onPause(error as Error, waitMs);
        await this.#wait(waitMs);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
        continue;
      }
      waitMs = FIRST_WAIT_MS;
      onConnection(connection);
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
