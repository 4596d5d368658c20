import { Fifo } from "./_fifo.ts";
import type { FrameWriter } from "../frames/mod.ts";
import { PREFIX_BYTES } from "../grpc/mod.ts";

/** Messages of one stream that the windows have not let go, in order. */
export class UnsentMessages {
  readonly #messages = new Fifo<Uint8Array>();
  /** The bytes of the first message that were sent, its prefix included. */
  #sent = 0;
  /** The bytes that are left, prefixes included. */
  bytes = 0;
  /** Whether the request ends with them. */
  ending = false;

  /** Adds a message. */
  push(message: Uint8Array): void {
    this.#messages.push(message);
    this.bytes += PREFIX_BYTES + message.length;
  }

  /** Fills the DATA that was begun with the next bytes, which there are. */
  write(writer: FrameWriter, size: number): void {
    this.bytes -= size;
    let left = size;
    while (left > 0) {
      const message = this.#messages.first;
      if (message === undefined) {
        throw new RangeError("Cannot send: no message");
      }
      if (this.#sent < PREFIX_BYTES) {
        writer.u8(prefixByte(message.length, this.#sent));
        this.#sent++;
        left--;
      }
      const start = this.#sent - PREFIX_BYTES;
      if (start < 0) continue;
      const end = Math.min(message.length, start + left);
      if (end > start) writer.bytes(message.subarray(start, end));
      this.#sent += end - start;
      left -= end - start;
      if (end < message.length) continue;
      this.#messages.shift();
      this.#sent = 0;
    }
  }
}

/** Of the prefix of a message that is not compressed. */
function prefixByte(length: number, at: number): number {
  return at === 0 ? 0 : (length >>> (8 * (4 - at))) & 0xff;
}
