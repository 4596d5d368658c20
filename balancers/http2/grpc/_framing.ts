/** Messages in DATA (gRPC over HTTP/2, "Length-Prefixed-Message"). */
import { type Octets, u32, u8 } from "../frames/mod.ts";

import { MAX_MESSAGE_BYTES } from "../../transport/mod.ts";

/** A flag, 0 if the message is not compressed, and a length of 32 bits. */
export const PREFIX_BYTES = 5;

/**
 * Room that is made for a message because its prefix says so; the rest as its
 * bytes come, as a prefix may lie.
 */
const TRUSTED_BYTES = 1_048_576;

/** The receiver of messages. */
export interface MessageSink {
  /** A whole message; returns whether more of them are wanted. */
  onMessage(message: Uint8Array): boolean;
  /** One is compressed, which was not asked for; nothing is told after it. */
  onCompressed(): void;
  /** One is said to be larger than any may be; nothing is told after it. */
  onTooLarge(bytes: number): void;
}

/**
 * The message that these bytes hold if it is one, whole and alone, as nearly
 * all are. Its bytes stay as they are; if they are a `Buffer`, it shares them with
 * all that came with it.
 */
export function loneMessage(
  { bytes, start, end }: Octets,
): Uint8Array | undefined {
  const from = start + PREFIX_BYTES;
  return end >= from && u8(bytes, start) === 0 &&
      u32(bytes, start + 1) === end - from
    ? bytes.slice(from, end)
    : undefined;
}

/** Takes the messages out of what comes on one stream, however it is cut. */
export class MessageReader {
  readonly #sink: MessageSink;
  readonly #prefix = new Uint8Array(PREFIX_BYTES);
  #prefixBytes = 0;
  #message = new Uint8Array(0);
  #messageBytes = 0;
  #filled = 0;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  /** The number of bytes that came of a message whose end has not come. */
  get begunBytes(): number {
    return this.#prefixBytes + this.#filled;
  }

  /** Whether a message has begun whose end has not come. */
  get incomplete(): boolean {
    return this.#prefixBytes > 0;
  }

  /** Takes bytes, and keeps none of them. */
  read({ bytes, start, end }: Octets): void {
    let at = start;
    while (at < end) {
      if (this.#prefixBytes < PREFIX_BYTES) {
        this.#prefix[this.#prefixBytes++] = u8(bytes, at++);
        if (this.#prefixBytes < PREFIX_BYTES) continue;
        if (this.#prefix[0] !== 0) return this.#sink.onCompressed();
        const size = this.#messageBytes = u32(this.#prefix, 1);
        if (size > MAX_MESSAGE_BYTES) return this.#sink.onTooLarge(size);
      }
      const size = Math.min(end - at, this.#messageBytes - this.#filled);
      this.#add(bytes.subarray(at, at + size));
      at += size;
      if (this.#filled < this.#messageBytes) return;
      const message = this.#message;
      this.#message = new Uint8Array(0);
      this.#filled = 0;
      this.#prefixBytes = 0;
      if (!this.#sink.onMessage(message)) return;
    }
  }

  #add(part: Uint8Array): void {
    if (this.#filled === 0 && part.length === this.#messageBytes) {
      this.#message = part.slice();
      this.#filled = part.length;
      return;
    }
    const needed = this.#filled + part.length;
    if (needed > this.#message.length) {
      const grown = new Uint8Array(
        Math.min(
          this.#messageBytes,
          Math.max(TRUSTED_BYTES, needed, 2 * this.#message.length),
        ),
      );
      grown.set(this.#message.subarray(0, this.#filled));
      this.#message = grown;
    }
    this.#message.set(part, this.#filled);
    this.#filled = needed;
  }
}
