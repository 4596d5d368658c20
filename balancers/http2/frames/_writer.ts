/** Frames to bytes (RFC 9113, 4 and 6), many of them in one buffer. */
import {
  ACK,
  CONTINUATION,
  DATA,
  DEFAULT_MAX_FRAME_SIZE,
  END_HEADERS,
  END_STREAM,
  ENHANCE_YOUR_CALM,
  FRAME_HEAD_BYTES,
  GOAWAY,
  HEADERS,
  PING,
  PREFACE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from "./_constants.ts";
import { ConnectionError } from "./_errors.ts";
import type { Setting } from "./_frame_handler.ts";
import { SETTING_BYTES } from "./_settings_payload.ts";

/** A buffer starts with so many bytes, */
const FIRST_BYTES = 16_384;
/** and is dropped after use if it has grown beyond these. */
const KEPT_BYTES = 262_144;
/**
 * The bytes that control frames may take beyond the bound, which only calls
 * heed.
 */
const RESERVE_BYTES = 65_536;

/** A header block: the first `length` of `bytes`. */
export interface HeaderBytes {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** Options of {@linkcode FrameWriter}. */
export interface FrameWriterOptions {
  /**
   * The most bytes that may wait. What starts a call or sends a message is to
   * ask {@linkcode FrameWriter.room} first. @default {1048576}
   */
  readonly maxBytes?: number;
  /** The first bytes wait, or the first ones since `take`. */
  onPending?(): void;
}

/**
 * Appends frames to what is to be written. One buffer is filled while the other
 * is written: {@linkcode take} gives what waits, and it is good until the next
 * `take`.
 *
 * Every frame but GOAWAY throws a {@linkcode ConnectionError} if too much waits:
 * the peer makes this side answer, and does not read the answers.
 */
export class FrameWriter {
  readonly #maxBytes: number;
  readonly #onPending: (() => void) | undefined;
  #out = new Uint8Array(FIRST_BYTES);
  #spare = new Uint8Array(0);
  #length = 0;
  /** The peer's SETTINGS_MAX_FRAME_SIZE. */
  maxFrameSize: number = DEFAULT_MAX_FRAME_SIZE;

  constructor(options: FrameWriterOptions = {}) {
    this.#maxBytes = options.maxBytes ?? 1_048_576;
    this.#onPending = options.onPending;
  }

  /** The number of bytes that wait. */
  get length(): number {
    return this.#length;
  }

  /** The number of bytes that may still be added; not below 0. */
  get room(): number {
    return Math.max(0, this.#maxBytes - this.#length);
  }

  /** Takes what waits; good until the next call of this. */
  take(): Uint8Array {
    const taken = this.#out;
    const next = this.#spare;
    this.#out = next.length > 0 ? next : new Uint8Array(FIRST_BYTES);
    this.#spare = taken.length <= KEPT_BYTES ? taken : new Uint8Array(0);
    const bytes = taken.subarray(0, this.#length);
    this.#length = 0;
    return bytes;
  }

  /** Drops what waits, as the connection is over but for a GOAWAY. */
  discard(): void {
    this.#length = 0;
  }

  /** Appends the connection preface: a client sends it before all frames. */
  preface(): void {
    this.#reserve(PREFACE.length);
    this.bytes(PREFACE);
  }

  /** Starts a DATA frame: the next calls of `u8`, `u32`, `bytes` fill it. */
  data(streamId: number, length: number): void {
    this.#head(DATA << 8, length);
    this.u32(streamId);
  }

  /** The same, and the stream ends with it. */
  lastData(streamId: number, length: number): void {
    this.#head(DATA << 8 | END_STREAM, length);
    this.u32(streamId);
  }

  /** A header block, in as many frames as it needs. */
  headers(streamId: number, { bytes, length }: HeaderBytes): void {
    const max = this.maxFrameSize;
    if (length <= max) {
      this.#head(HEADERS << 8 | END_HEADERS, length);
      this.u32(streamId);
      return this.bytes(bytes.subarray(0, length));
    }
    this.#head(HEADERS << 8, max);
    this.u32(streamId);
    this.bytes(bytes.subarray(0, max));
    for (let at = max; at < length; at += max) {
      const end = Math.min(length, at + max);
      const last = end === length ? END_HEADERS : 0;
      this.#head(CONTINUATION << 8 | last, end - at);
      this.u32(streamId);
      this.bytes(bytes.subarray(at, end));
    }
  }

  rstStream(streamId: number, errorCode: number): void {
    this.#head(RST_STREAM << 8, 4);
    this.u32(streamId);
    this.u32(errorCode);
  }

  settings(settings: readonly Setting[]): void {
    this.#head(SETTINGS << 8, SETTING_BYTES * settings.length);
    this.u32(0);
    for (const { id, value } of settings) {
      this.u8(id >> 8);
      this.u8(id);
      this.u32(value);
    }
  }

  settingsAck(): void {
    this.#head(SETTINGS << 8 | ACK, 0);
    this.u32(0);
  }

  ping(high: number, low: number): void {
    this.#head(PING << 8, 8);
    this.u32(0);
    this.u32(high);
    this.u32(low);
  }

  pingAck(high: number, low: number): void {
    this.#head(PING << 8 | ACK, 8);
    this.u32(0);
    this.u32(high);
    this.u32(low);
  }

  /** The last stream is 0: a server starts none. */
  goaway(errorCode: number, debugText: string): void {
    const debugData = new TextEncoder().encode(debugText);
    this.#head(GOAWAY << 8, 8 + debugData.length);
    this.u32(0);
    this.u32(0);
    this.u32(errorCode);
    this.bytes(debugData);
  }

  windowUpdate(streamId: number, increment: number): void {
    this.#head(WINDOW_UPDATE << 8, 4);
    this.u32(streamId);
    this.u32(increment);
  }

  // What fills a frame: its head has made room for it.

  u8(value: number): void {
    this.#out[this.#length++] = value;
  }

  u32(value: number): void {
    const out = this.#out;
    const at = this.#length;
    out[at] = value >> 24;
    out[at + 1] = value >> 16;
    out[at + 2] = value >> 8;
    out[at + 3] = value;
    this.#length = at + 4;
  }

  bytes(bytes: Uint8Array): void {
    this.#out.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A head but for the stream: the length, the type and the flags (4.1). */
  #head(typeAndFlags: number, length: number): void {
    const size = FRAME_HEAD_BYTES + length;
    if (this.#length + size > this.#maxBytes + RESERVE_BYTES) {
      this.#refuse(typeAndFlags >> 8);
    }
    this.#reserve(size);
    const out = this.#out;
    const at = this.#length;
    out[at] = length >> 16;
    out[at + 1] = length >> 8;
    out[at + 2] = length;
    out[at + 3] = typeAndFlags >> 8;
    out[at + 4] = typeAndFlags;
    this.#length = at + 5;
  }

  /** Too much waits for all but the last word. */
  #refuse(type: number): void {
    if (type === GOAWAY) return;
    throw new ConnectionError(
      ENHANCE_YOUR_CALM,
      `Cannot write to the peer: ${this.#length} bytes wait, ` +
        "and it does not read",
    );
  }

  #reserve(size: number): void {
    const needed = this.#length + size;
    if (needed > this.#out.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.#out.length));
      grown.set(this.#out.subarray(0, this.#length));
      this.#out = grown;
    }
    if (this.#length === 0) this.#onPending?.();
  }
}
