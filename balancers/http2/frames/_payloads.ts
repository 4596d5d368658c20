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
import { u24, u31, u32, u8 } from "./_octets.ts";
import { readSettingsPayload } from "./_settings_payload.ts";

const NOTHING = new Uint8Array(0);
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
    bytes: NOTHING as Uint8Array,
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
   * Reads the frame that starts at `at`, all of which is there.
   *
   * @throws {ConnectionError} If it is none that a server may send now.
   */
  read(bytes: Uint8Array, at: number): void {
    const type = u8(bytes, at + 3);
    const frame = this.#frame;
    frame.flags = u8(bytes, at + 4);
    const streamId = frame.streamId = u31(bytes, at + 5);
    frame.bytes = bytes;
    frame.start = at + FRAME_HEAD_BYTES;
    frame.end = frame.start + u24(bytes, at);
    const open = this.#block.streamId;
    if (open !== 0 && (type !== CONTINUATION || streamId !== open)) {
      throw wrong(type, `a CONTINUATION of stream ${open} must come first`);
    }
    switch (type) {
      case DATA:
      case HEADERS:
        this.#strip(type);
        return type === DATA ? this.#handler.onData(frame) : this.#headers();
      case CONTINUATION:
        return this.#continuation();
      case SETTINGS:
      case PING:
      case GOAWAY:
        return this.#ofConnection(type);
      case PUSH_PROMISE:
        throw wrong(type, "SETTINGS_ENABLE_PUSH is 0");
      case RST_STREAM:
      case PRIORITY:
      case WINDOW_UPDATE:
        return this.#ofStream(type);
      default:
        return this.#handler.onIgnored(type);
    }
  }

  /** Lets go of the bytes that were read. */
  forget(): void {
    this.#frame.bytes = NOTHING;
  }

  /** Takes padding (6.1) and priority off DATA and HEADERS. */
  #strip(type: number): void {
    const frame = this.#frame;
    const { bytes, start, flags } = frame;
    checkStream(type, frame.streamId);
    const size = frame.flowControlledBytes = frame.end - start;
    const isPadded = (flags & PADDED) !== 0;
    if (isPadded) frame.start++;
    if (type === HEADERS && (flags & PRIORITY_FLAG) !== 0) {
      frame.start += PRIORITY_BYTES;
    }
    if (frame.end < frame.start) throw wrongSize(type, size);
    if (isPadded) frame.end -= u8(bytes, start);
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

  #continuation(): void {
    const { bytes, start, end, flags } = this.#frame;
    if (this.#block.streamId === 0) {
      throw wrong(CONTINUATION, "no headers are to be continued");
    }
    this.#block.add(bytes.subarray(start, end));
    if ((flags & END_HEADERS) !== 0) this.#blockEnd();
  }

  #ofStream(type: number): void {
    const { bytes, start, end, streamId } = this.#frame;
    const isUpdate = type === WINDOW_UPDATE;
    if (!isUpdate) checkStream(type, streamId);
    const size = end - start;
    if (type === PRIORITY) {
      if (size === PRIORITY_BYTES) this.#handler.onIgnored(type);
      else this.#streamError(wrongSize(type, size));
      return;
    }
    if (size !== 4) throw wrongSize(type, size);
    if (isUpdate) this.#windowUpdate(streamId, u31(bytes, start));
    else this.#handler.onRstStream(streamId, u32(bytes, start));
  }

  #windowUpdate(streamId: number, increment: number): void {
    if (increment > 0) return this.#handler.onWindowUpdate(streamId, increment);
    const error = wrong(WINDOW_UPDATE, "its increment is 0");
    if (streamId === 0) throw error;
    this.#streamError(error);
  }

  /** Only the stream of the frame suffers. */
  #streamError({ message, errorCode }: ConnectionError): void {
    const { streamId } = this.#frame;
    this.#handler.onStreamError(
      new StreamError(message, { streamId, errorCode }),
    );
  }

  #ofConnection(type: number): void {
    const { bytes, start, end, flags, streamId } = this.#frame;
    if (streamId !== 0) throw wrong(type, `it is of stream ${streamId}`);
    const isAck = (flags & ACK) !== 0;
    const size = end - start;
    if (type === PING) {
      if (size !== 8) throw wrongSize(type, size);
      const high = u32(bytes, start);
      const low = u32(bytes, start + 4);
      if (isAck) this.#handler.onPingAck(high, low);
      else this.#handler.onPing(high, low);
    } else if (type === GOAWAY) {
      if (size < 8) throw wrongSize(type, size);
      this.#handler.onGoaway({
        lastStreamId: u31(bytes, start),
        errorCode: u32(bytes, start + 4),
        debugText: new TextDecoder().decode(bytes.subarray(start + 8, end)),
      });
    } else if (isAck) {
      if (size !== 0) throw wrongSize(type, size);
      this.#handler.onSettingsAck();
    } else {
      this.#handler.onSettings(readSettingsPayload(bytes.subarray(start, end)));
    }
  }
}

function checkStream(type: number, streamId: number): void {
  if (streamId === 0) throw wrong(type, "it is of no stream");
}

function wrongSize(type: number, size: number): ConnectionError {
  return new ConnectionError(
    FRAME_SIZE_ERROR,
    `Cannot read ${NAMES[type]}: it has ${size} bytes`,
  );
}
