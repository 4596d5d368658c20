/** A header block that comes in several frames (RFC 9113, 4.3 and 6.10). */
import { ENHANCE_YOUR_CALM } from "./_constants.ts";
import { ConnectionError } from "./_errors.ts";

const NOTHING = new Uint8Array(0);
/** Frames of a block may be empty: without this their number has no bound. */
const MAX_FRAMES = 128;

/** Puts the fragments of one block together; used again for the next one. */
export class HeaderBlock {
  readonly #maxBytes: number;
  /** The stream whose block is open; 0: there is none. */
  streamId = 0;
  /** The flags of its HEADERS. */
  flags = 0;
  /** Holds the block, from 0 to `length`. */
  bytes: Uint8Array = NOTHING;
  length = 0;
  #frames = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** A HEADERS without END_HEADERS. */
  open(streamId: number, flags: number): void {
    this.streamId = streamId;
    this.flags = flags;
    this.length = 0;
    this.#frames = 0;
  }

  /** @throws {ConnectionError} If the block is too long, or in too many pieces. */
  add(fragment: Uint8Array): void {
    const length = this.length + fragment.length;
    if (length > this.#maxBytes || ++this.#frames > MAX_FRAMES) {
      throw new ConnectionError(
        ENHANCE_YOUR_CALM,
        `Cannot read the headers of stream ${this.streamId}: they have more ` +
          `than ${this.#maxBytes} bytes, or ${MAX_FRAMES} frames`,
      );
    }
    if (length > this.bytes.length) {
      const grown = new Uint8Array(
        Math.min(this.#maxBytes, Math.max(length, 2 * this.bytes.length)),
      );
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(fragment, this.length);
    this.length = length;
  }

  /** The block is whole, and has been read. */
  close(): void {
    this.streamId = 0;
    this.bytes = NOTHING;
  }
}
