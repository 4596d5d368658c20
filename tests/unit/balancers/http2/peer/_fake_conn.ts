/** A connection of bytes without a socket. */
import { assert, assertEquals } from "@std/assert";
import type {
  ByteConn,
  ByteListener,
} from "../../../../../balancers/http2/socket/_byte_conn.ts";

/** Takes what is written, and brings what the peer says. */
export class FakeConn implements ByteConn {
  readonly #onWrite: (bytes: Uint8Array) => void;
  #listener: ByteListener | undefined;
  #writing:
    | { bytes: Uint8Array; copy: Uint8Array; written: () => void }
    | undefined;
  #state: "open" | "destroyed" | "closed" = "open";

  constructor(onWrite: (bytes: Uint8Array) => void) {
    this.#onWrite = onWrite;
  }

  /** Whether this side closed it, or it is lost. */
  get closed(): boolean {
    return this.#state !== "open";
  }

  listen(listener: ByteListener): void {
    assert(this.#listener === undefined);
    this.#listener = listener;
  }

  write(bytes: Uint8Array, written: () => void): void {
    assert(this.#writing === undefined, "two writes at once");
    assertEquals(this.#state, "open", "a write to what is closed");
    const copy = bytes.slice();
    this.#writing = { bytes, copy, written };
    this.#onWrite(copy);
  }

  hold(): void {}

  destroy(): void {
    if (this.#state !== "open") return;
    this.#state = "destroyed";
    queueMicrotask(() => this.#close());
  }

  /** The write is done, if there is one; then there may be another one. */
  written(): void {
    const writing = this.#writing;
    if (writing === undefined || this.#state !== "open") return;
    this.#writing = undefined;
    const { bytes, copy } = writing;
    assert(bytes.every((byte, at) => byte === copy[at]), "a torn write");
    writing.written();
  }

  /** Bytes come from the peer, if it is there to take them. */
  deliver(bytes: Uint8Array): void {
    if (this.#state !== "open") return;
    const lent = bytes.slice();
    this.#listener?.onBytes(lent);
    lent.fill(0xee);
  }

  /** The peer sends no more. */
  end(): void {
    if (this.#state === "open") this.#listener?.onEnd();
  }

  /** It is lost. */
  lose(): void {
    if (this.#state !== "open") return;
    this.#listener?.onError("read ECONNRESET");
    this.#close();
  }

  #close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#listener?.onClosed();
  }
}
