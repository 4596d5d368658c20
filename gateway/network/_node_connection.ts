import type { Socket } from "node:net";
import type { Address, Connection } from "./_connection.ts";

/** A connection of `node:net`, which can send a reset. */
export class NodeConnection implements Connection {
  readonly localAddr: Address;
  readonly remoteAddr: Address;
  readonly #socket: Socket;
  /** The bytes that have come, and nobody has read yet. */
  #chunk: Uint8Array | undefined;
  #end: "open" | "ended" | Error = "open";
  /** Told when there is something to read. */
  #wake: () => void = () => {};

  /** `socket` is open at its other end as well, and paused from the start. */
  constructor(socket: Socket) {
    const { localAddress = "", localPort = 0 } = socket;
    const { remoteAddress = "", remotePort = 0 } = socket;
    this.localAddr = { hostname: localAddress, port: localPort };
    this.remoteAddr = { hostname: remoteAddress, port: remotePort };
    this.#socket = socket;
    socket.on("data", (chunk: Uint8Array) => {
      // One chunk is held, and the sender held up. A stream that fails loses
      // the ones that it holds itself.
      socket.pause();
      this.#chunk = chunk;
      this.#wake();
    });
    socket.on("end", () => this.#onEnd("ended"));
    socket.on("error", (error) => this.#onEnd(error));
    socket.on("close", () => this.#onEnd(new Error("closed")));
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    if (this.#chunk === undefined && this.#end === "open") {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#socket.resume();
      });
    }
    return this.#take(buffer);
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error) reject(error);
        else resolve(bytes.length);
      });
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => this.#socket.end(resolve));
  }

  close(): void {
    this.#socket.destroy();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  setNoDelay(): void {
    this.#socket.setNoDelay();
  }

  setKeepAlive(): void {
    const enabled = true;
    this.#socket.setKeepAlive(enabled);
  }

  #take(buffer: Uint8Array): number | null {
    const chunk = this.#chunk;
    if (chunk !== undefined) {
      const size = Math.min(chunk.length, buffer.length);
      buffer.set(chunk.subarray(0, size));
      this.#chunk = size < chunk.length ? chunk.subarray(size) : undefined;
      return size;
    }
    if (this.#end instanceof Error) throw this.#end;
    return null;
  }

  #onEnd(end: "ended" | Error): void {
    if (this.#end === "open") this.#end = end;
    this.#wake();
  }
}
