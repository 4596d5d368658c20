import { type Clock, onAbort } from "../../balancers/transport/mod.ts";
import type { Connection, Network } from "../network/mod.ts";
import { closeQuietly, isLocalError, isSourceError } from "../sockets/mod.ts";

/** Options of a race. */
export interface RaceOptions<C extends Connection> {
  readonly network: Network<C>;
  readonly port: number;
  readonly clock: Pick<Clock, "hold">;
  readonly signal: AbortSignal;
}

/** The time before the next address is tried as well (RFC 8305). */
const HEAD_START_MS = 250;

/** Connects to the first of several addresses that answers. */
export class AddressRace<C extends Connection> {
  readonly #waiting: string[];
  readonly #options: RaceOptions<C>;
  readonly #over = new AbortController();
  readonly #first = Promise.withResolvers<C>();
  readonly #errors: unknown[] = [];
  #running = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(addresses: readonly string[], options: RaceOptions<C>) {
    this.#waiting = [...addresses];
    this.#options = options;
  }

  /**
   * Runs the race once.
   *
   * @throws {Error} If no address can be reached; one that blames the other
   * end says more than one of this machine.
   */
  async run(): Promise<C> {
    const { signal } = this.#options;
    signal.throwIfAborted();
    const unlink = onAbort(signal, (reason) => {
      this.#over.abort(reason);
      this.#first.reject(reason);
    });
    try {
      this.#startNext();
      return await this.#first.promise;
    } finally {
      this.#cancelTimer?.();
      unlink();
    }
  }

  #startNext(): void {
    const { clock } = this.#options;
    this.#cancelTimer?.();
    const address = this.#waiting.shift();
    if (address === undefined) return;
    if (this.#waiting.length > 0) {
      this.#cancelTimer = clock.hold(HEAD_START_MS, () => this.#startNext());
    }
    this.#running++;
    void this.#dial(address);
  }

  async #dial(hostname: string): Promise<void> {
    const { network, port } = this.#options;
    const { signal } = this.#over;
    try {
      const connection = await network.connect({ hostname, port, signal });
      if (signal.aborted) closeQuietly(connection);
      else this.#first.resolve(connection);
      this.#over.abort();
    } catch (error) {
      this.#errors.push(error);
      this.#running--;
      if (signal.aborted) return;
      if (this.#waiting.length > 0) this.#startNext();
      else if (this.#running === 0) this.#first.reject(this.#reason());
    }
  }

  #reason(): unknown {
    const isRemote = (error: unknown) =>
      !isLocalError(error) && !isSourceError(error);
    return this.#errors.find(isRemote) ?? this.#errors[0];
  }
}
