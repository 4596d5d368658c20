/** Frames to bytes (RFC 9113, 4 and 6), many of them in one buffer. */
import {
  ACK,
  CONTINUATION,
  DATA,
  DEFAULT_MAX_FRAME_SIZE,
  END_HEADERS,
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
/** What control frames may take beyond the bound, which only calls heed. */
const RESERVE_BYTES = 65_536;

/** Options of {@linkcode FrameWriter}. */
export interface FrameWriterOptions {
  /**
   * How many bytes may wait. What starts a call or sends a message is to ask
   * {@linkcode FrameWriter.room} first. @default {1048576}
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

  /** How many bytes wait. */
  get length(): number {
    return this.#length;
  }

  /** How many more may wait; not below 0. */
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

  /** What a client sends before all frames. */
  preface(): void {
    this.#reserve(PREFACE.length);
    this.bytes(PREFACE);
  }

  /** Starts a DATA frame: the next calls of `u8`, `u32`, `bytes` fill it. */
  data(streamId: number, flags: number, length: number): void {
    this.#head(DATA, flags, streamId, length);
  }

  /**
   * A header block, the first `length` of `block`, in as many frames as it
   * needs. `flags`: END_STREAM or none.
   */
  headers(
    streamId: number,
    flags: number,
    block: Uint8Array,
    length: number = block.length,
  ): void {
    const max = this.maxFrameSize;
    if (length <= max) {
      this.#head(HEADERS, flags | END_HEADERS, streamId, length);
      return this.bytes(block, 0, length);
    }
    this.#head(HEADERS, flags, streamId, max);
    this.bytes(block, 0, max);
    for (let at = max; at < length; at += max) {
      const end = Math.min(length, at + max);
      const last = end === length ? END_HEADERS : 0;
      this.#head(CONTINUATION, last, streamId, end - at);
      this.bytes(block, at, end);
    }
  }

  rstStream(streamId: number, errorCode: number): void {
    this.#head(RST_STREAM, 0, streamId, 4);
    this.u32(errorCode);
  }

  settings(settings: readonly Setting[]): void {
    this.#head(SETTINGS, 0, 0, SETTING_BYTES * settings.length);
    for (const { id, value } of settings) {
      this.u8(id >> 8);
      this.u8(id);
      this.u32(value);
    }
  }

  settingsAck(): void {
    this.#head(SETTINGS, ACK, 0, 0);
  }

  ping(high: number, low: number): void {
    this.#head(PING, 0, 0, 8);
    this.u32(high);
    this.u32(low);
  }

  pingAck(high: number, low: number): void {
    this.#head(PING, ACK, 0, 8);
    this.u32(high);
    this.u32(low);
  }

  goaway(lastStreamId: number, errorCode: number, debugText = ""): void {
    const debugData = new TextEncoder().encode(debugText);
    this.#head(GOAWAY, 0, 0, 8 + debugData.length);
    this.u32(lastStreamId);
    this.u32(errorCode);
    this.bytes(debugData);
  }

  windowUpdate(streamId: number, increment: number): void {
    this.#head(WINDOW_UPDATE, 0, streamId, 4);
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

  bytes(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    const size = end - start;
    this.#out.set(
      size === bytes.length ? bytes : bytes.subarray(start, end),
      this.#length,
    );
    this.#length += size;
  }

  #head(type: number, flags: number, streamId: number, length: number): void {
    const size = FRAME_HEAD_BYTES + length;
    if (this.#length + size > this.#maxBytes + RESERVE_BYTES) {
      this.#refuse(type);
    }
    this.#reserve(size);
    const out = this.#out;
    const at = this.#length;
    out[at] = length >> 16;
    out[at + 1] = length >> 8;
    out[at + 2] = length;
    out[at + 3] = type;
    out[at + 4] = flags;
    this.#length = at + 5;
    this.u32(streamId);
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
