/** Whole frames to what they say (RFC 9113, 6). */
import {
  ACK,
  CONTINUATION,
  DATA,
  END_HEADERS,
  FRAME_HEAD_BYTES,
  FRAME_SIZE_ERROR,
  GOAWAY,
  HEADERS,
  PADDED,
  PING,
  PRIORITY,
  PRIORITY_FLAG,
  PROTOCOL_ERROR,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from "./_constants.ts";
import { ConnectionError, StreamError } from "./_errors.ts";
import type { Frame, FrameHandler } from "./_frame_handler.ts";
import { HeaderBlock } from "./_header_block.ts";
import { u31, u32, u8 } from "./_octets.ts";
import { readSettings } from "./_settings_payload.ts";

const PRIORITY_BYTES = 5;
const NAMES = [
  "DATA",
  "HEADERS",
  "PRIORITY",
  "RST_STREAM",
  "SETTINGS",
  "PUSH_PROMISE",
  "PING",
  "GOAWAY",
  "WINDOW_UPDATE",
  "CONTINUATION",
] as const;

function wrong(type: number, what: string): ConnectionError {
  const name = NAMES[type] ?? `frame of type ${type}`;
  return new ConnectionError(PROTOCOL_ERROR, `Cannot read ${name}: ${what}`);
}

/** Reads one frame after another, and tells the handler. */
export class FramePayloads {
  readonly #handler: FrameHandler;
  readonly #block: HeaderBlock;
  readonly #frame = {
    flags: 0,
    streamId: 0,
    bytes: new Uint8Array(0) as Uint8Array,
    start: 0,
    end: 0,
    flowControlledBytes: 0,
  } satisfies Frame;

  constructor(handler: FrameHandler, maxHeaderBlockBytes: number) {
    this.#handler = handler;
    this.#block = new HeaderBlock(maxHeaderBlockBytes);
  }

  /** The header block that has not come to its end, in words. */
  get unfinished(): string | undefined {
    const { streamId } = this.#block;
    return streamId === 0
      ? undefined
      : `a part of the headers of stream ${streamId}`;
  }

  /**
   * Reads the frame from `at` to `end`.
   *
   * @throws {ConnectionError} If it is none that a server may send now.
   */
  read(bytes: Uint8Array, at: number, end: number): void {
    const type = u8(bytes, at + 3);
    const flags = u8(bytes, at + 4);
    const streamId = u31(bytes, at + 5);
    const start = at + FRAME_HEAD_BYTES;
    const open = this.#block.streamId;
    if (open !== 0 && (type !== CONTINUATION || streamId !== open)) {
      throw wrong(type, `a CONTINUATION of stream ${open} must come first`);
    }
    switch (type) {
      case DATA:
        this.#show(type, bytes, start, end, flags, streamId);
        return this.#handler.onData(this.#frame);
      case HEADERS:
        this.#show(type, bytes, start, end, flags, streamId);
        return this.#headers();
      case CONTINUATION:
        if (open === 0) throw wrong(type, "no headers are to be continued");
        this.#block.add(bytes.subarray(start, end));
        if ((flags & END_HEADERS) !== 0) this.#blockEnd();
        return;
      case RST_STREAM:
        checkStream(type, streamId);
        checkSize(type, end - start, 4);
        return this.#handler.onRstStream(streamId, u32(bytes, start));
      case WINDOW_UPDATE:
        checkSize(type, end - start, 4);
        return this.#windowUpdate(streamId, u31(bytes, start));
      case PRIORITY:
        checkStream(type, streamId);
        checkSize(type, end - start, PRIORITY_BYTES);
        return this.#handler.onIgnored(type);
      case PUSH_PROMISE:
        throw wrong(type, "SETTINGS_ENABLE_PUSH is 0");
      case SETTINGS:
      case PING:
      case GOAWAY:
        if (streamId !== 0) throw wrong(type, `it is of stream ${streamId}`);
        return this.#ofConnection(type, flags, bytes.subarray(start, end));
      default:
        return this.#handler.onIgnored(type);
    }
  }

  /** DATA and HEADERS: what is in them without padding (6.1) and priority. */
  #show(
    type: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    flags: number,
    streamId: number,
  ): void {
    checkStream(type, streamId);
    const frame = this.#frame;
    frame.flags = flags;
    frame.streamId = streamId;
    frame.bytes = bytes;
    frame.flowControlledBytes = end - start;
    const padded = (flags & PADDED) !== 0;
    let fixed = padded ? 1 : 0;
    if (type === HEADERS && (flags & PRIORITY_FLAG) !== 0) {
      fixed += PRIORITY_BYTES;
    }
    if (end - start < fixed) throw wrongSize(type, end - start);
    frame.start = start + fixed;
    frame.end = padded ? end - u8(bytes, start) : end;
    if (frame.end < frame.start) throw wrong(type, "it is all padding");
  }

  #headers(): void {
    const { bytes, start, end, flags, streamId } = this.#frame;
    if ((flags & END_HEADERS) !== 0) {
      return this.#handler.onHeaders(this.#frame);
    }
    this.#block.open(streamId, flags);
    this.#block.add(bytes.subarray(start, end));
  }

  #blockEnd(): void {
    const { streamId, flags, bytes, length } = this.#block;
    const frame = this.#frame;
    frame.flags = flags;
    frame.streamId = streamId;
    frame.bytes = bytes;
    frame.start = 0;
    frame.end = length;
    this.#block.close();
    this.#handler.onHeaders(frame);
  }

  #windowUpdate(streamId: number, increment: number): void {
    if (increment > 0) return this.#handler.onWindowUpdate(streamId, increment);
    const error = wrong(WINDOW_UPDATE, "its increment is 0");
    if (streamId === 0) throw error;
    const { message, errorCode } = error;
    this.#handler.onStreamError(
      new StreamError(message, { streamId, errorCode }),
    );
  }

  #ofConnection(type: number, flags: number, payload: Uint8Array): void {
    const ack = (flags & ACK) !== 0;
    if (type === PING) {
      checkSize(type, payload.length, 8);
      const high = u32(payload, 0);
      const low = u32(payload, 4);
      if (ack) this.#handler.onPingAck(high, low);
      else this.#handler.onPing(high, low);
    } else if (type === GOAWAY) {
      if (payload.length < 8) throw wrongSize(type, payload.length);
      this.#handler.onGoaway({
        lastStreamId: u31(payload, 0),
        errorCode: u32(payload, 4),
        debugText: new TextDecoder().decode(payload.subarray(8)),
      });
    } else if (ack) {
      checkSize(type, payload.length, 0);
      this.#handler.onSettingsAck();
    } else {
      this.#handler.onSettings(readSettings(payload));
    }
  }
}

function checkStream(type: number, streamId: number): void {
  if (streamId === 0) throw wrong(type, "it is of no stream");
}

function checkSize(type: number, size: number, allowed: number): void {
  if (size !== allowed) throw wrongSize(type, size);
}

function wrongSize(type: number, size: number): ConnectionError {
  return new ConnectionError(
    FRAME_SIZE_ERROR,
    `Cannot read ${NAMES[type]}: it has ${size} bytes`,
  );
}
