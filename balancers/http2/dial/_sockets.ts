import type { Socket } from "node:net";

/** The sockets of one transport, from their making to their end. */
export class Sockets {
  readonly #open = new Set<Socket>();
  readonly #onClose: () => void;
  #closed = false;

  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  /** The number of open sockets. */
  get size(): number {
    return this.#open.size;
  }

  /** Looks after one; a function of its own, to be called as one. */
  readonly add = (socket: Socket): void => {
    this.#open.add(socket);
    // A dial keeps no process alive: whoever waits for it does.
    socket.unref();
    socket.once("close", () => {
      this.#open.delete(socket);
      this.#onClose();
    });
    // Whoever uses it hears of its errors; nobody does while it changes hands.
    socket.on("error", () => {});
    if (this.#closed) socket.destroy();
  };

  /** Closes all, and all that are still to come. */
  destroy(): void {
    this.#closed = true;
    for (const socket of this.#open) socket.destroy();
  }
}
