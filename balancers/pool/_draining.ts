import type { Transport } from "../transport/mod.ts";

/** The transports that a connection has left, until nothing of them is open. */
export class DrainingTransports {
  readonly #transports = new Set<Transport>();
  readonly #onEmpty: (() => void)[] = [];

  /** Whether there is none. */
  get empty(): boolean {
    return this.#transports.size === 0;
  }

  /** The number of sockets the transports hold open. */
  get sockets(): number {
    let sockets = 0;
    for (const transport of this.#transports) sockets += transport.sockets;
    return sockets;
  }

  /** Adds a transport that is left now. */
  add(transport: Transport): void {
    this.#transports.add(transport);
  }

  /** Nothing of this transport is open any more. */
  delete(transport: Transport): void {
    this.#transports.delete(transport);
    if (!this.empty) return;
    for (const tell of this.#onEmpty.splice(0)) tell();
  }

  /** Ends all of them now; resolves when nothing is open. */
  abort(): Promise<void> {
    for (const transport of this.#transports) transport.abort();
    if (this.empty) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }
}
