import type { Socket } from "node:net";
import type { ByteConn, ByteListener } from "./_byte_conn.ts";

/** Bytes over a socket of `node:net` or `node:tls`, which is connected. */
export class NodeConn implements ByteConn {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  listen(listener: ByteListener): void {
    const socket = this.#socket;
    // A `Buffer`, whose `slice` shares its memory: so messages are not copied
    // out of it, a tenth of what a call costs. The socket writes to it no more,
    // and the codec copies what it keeps.
    socket.on("data", (bytes: Uint8Array) => listener.onBytes(bytes));
    socket.on("end", () => listener.onEnd());
    socket.on("error", ({ message }) => listener.onError(message));
    socket.on("close", () => listener.onClosed());
  }

  write(bytes: Uint8Array, written: () => void): void {
    this.#socket.write(bytes, (error) => {
      // Whatever is wrong with it, the socket tells in its own time.
      if (!error) written();
    });
  }

  hold(how: "alive" | "free"): void {
    if (how === "alive") this.#socket.ref();
    else this.#socket.unref();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
