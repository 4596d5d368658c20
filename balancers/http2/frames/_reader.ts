/** Bytes to frames (RFC 9113, 3.4 and 4). */
import {
  ACK,
  DEFAULT_MAX_FRAME_SIZE,
  FRAME_HEAD_BYTES,
  FRAME_SIZE_ERROR,
  PROTOCOL_ERROR,
  SETTINGS,
} from "./_constants.ts";
import { ConnectionError } from "./_errors.ts";
import type { FrameHandler } from "./_frame_handler.ts";
import { FramePayloads } from "./_payloads.ts";
import { u24, u31, u8 } from "./_octets.ts";
import { shownBytes } from "./_shown_bytes.ts";

const NOTHING = new Uint8Array(0);

/** Options of {@linkcode FrameReader}. */
export interface FrameReaderOptions {
  /** The SETTINGS_MAX_FRAME_SIZE that was sent. @default {16384} */
  readonly maxFrameSize?: number;
  /** The most bytes of a header block. @default {131072} */
  readonly maxHeaderBlockBytes?: number;
}

/**
 * Reads what a server sends, however it is cut. Frames are read where they are;
 * kept are only the start of one whose end has not come, at most one frame, and
 * a header block whose end has not come.
 */
export class FrameReader {
  readonly #payloads: FramePayloads;
  readonly #maxFrameSize: number;
  #held = NOTHING;
  #heldBytes = 0;
  #state: "first frame" | "open" | "closed" = "first frame";

  constructor(handler: FrameHandler, options: FrameReaderOptions = {}) {
    this.#maxFrameSize = options.maxFrameSize ?? DEFAULT_MAX_FRAME_SIZE;
    this.#payloads = new FramePayloads(
      handler,
      options.maxHeaderBlockBytes ?? 131_072,
    );
  }

  /**
   * The frame or block that has come in part, in words; for the end of the
   * bytes: nothing may be left then.
   */
  get unfinished(): string | undefined {
    if (this.#heldBytes > 0) {
      return this.#state === "first frame"
        ? shownBytes(this.#held.subarray(0, this.#heldBytes))
        : `${this.#heldBytes} bytes of a frame`;
    }
    return this.#payloads.unfinished;
  }

  /** Tells nothing more, not even of the bytes that are being read. */
  close(): void {
    this.#state = "closed";
    this.#held = NOTHING;
    this.#heldBytes = 0;
  }

  /**
   * Tells the handler of the frames that these bytes complete; keeps no
   * reference to them. After an error, its own or the handler's, it is closed.
   *
   * @throws {ConnectionError} If they are not what a server may send.
   */
  feed(bytes: Uint8Array): void {
    if (this.#state === "closed") return;
    try {
      let at = this.#heldBytes > 0 ? this.#complete(bytes) : 0;
      while (bytes.length - at >= FRAME_HEAD_BYTES) {
        const end = at + this.#frameBytes(bytes, at);
        if (end > bytes.length) break;
        this.#payloads.read(bytes, at);
        if (this.#isClosed()) return;
        at = end;
      }
      if (at < bytes.length) this.#hold(bytes.subarray(at));
    } catch (error) {
      this.close();
      throw error;
    } finally {
      this.#payloads.forget();
    }
  }

  /** Completes the held frame; returns where the next one starts. */
  #complete(bytes: Uint8Array): number {
    const at = this.#holdUpTo(FRAME_HEAD_BYTES, bytes);
    if (this.#heldBytes < FRAME_HEAD_BYTES) return at;
    const size = this.#frameBytes(this.#held, 0);
    const end = at + this.#holdUpTo(size, bytes.subarray(at));
    if (this.#heldBytes < size) return end;
    this.#heldBytes = 0;
    this.#payloads.read(this.#held, 0);
    return this.#isClosed() ? bytes.length : end;
  }

  /** Holds what is missing to the size, if it is there; returns how much. */
  #holdUpTo(size: number, bytes: Uint8Array): number {
    const missing = Math.max(0, size - this.#heldBytes);
    const part = bytes.subarray(0, missing);
    this.#hold(part);
    return part.length;
  }

  #hold(bytes: Uint8Array): void {
    const size = this.#heldBytes + bytes.length;
    if (size > this.#held.length) {
      const grown = new Uint8Array(
        size <= FRAME_HEAD_BYTES
          ? FRAME_HEAD_BYTES
          : FRAME_HEAD_BYTES + this.#maxFrameSize,
      );
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes = size;
  }

  // A handler may have closed it, which the type checker cannot know.
  #isClosed(): boolean {
    return this.#state === "closed";
  }

  /** Head and payload (4.1). Checks as soon as it can: a lie may have no end. */
  #frameBytes(bytes: Uint8Array, at: number): number {
    if (this.#state === "first frame") this.#checkFirst(bytes, at);
    const size = u24(bytes, at);
    if (size > this.#maxFrameSize) {
      throw new ConnectionError(
        FRAME_SIZE_ERROR,
        `Cannot read a frame of type ${u8(bytes, at + 3)}: it has ${size} ` +
          `bytes, allowed are ${this.#maxFrameSize}`,
      );
    }
    return FRAME_HEAD_BYTES + size;
  }

  /** A server begins with SETTINGS (3.4). */
  #checkFirst(bytes: Uint8Array, at: number): void {
    if (
      u8(bytes, at + 3) !== SETTINGS || (u8(bytes, at + 4) & ACK) !== 0 ||
      u31(bytes, at + 5) !== 0
    ) {
      throw new ConnectionError(
        PROTOCOL_ERROR,
        `Cannot speak HTTP/2 with the peer: it begins with ${
          shownBytes(bytes.subarray(at))
        }`,
      );
    }
    this.#state = "open";
  }
}
