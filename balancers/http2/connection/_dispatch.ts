import {
  ConnectionError,
  ENHANCE_YOUR_CALM,
  FLOW_CONTROL_ERROR,
  type Frame,
  type FrameHandler,
  type FrameWriter,
  type Goaway,
  type Setting,
  SETTINGS_HEADER_TABLE_SIZE,
  SETTINGS_INITIAL_WINDOW_SIZE,
  SETTINGS_MAX_CONCURRENT_STREAMS,
  SETTINGS_MAX_FRAME_SIZE,
  type StreamError,
} from "../frames/mod.ts";
import {
  type FloodGuard,
  ReceiveWindow,
  type Sender,
  type Streams,
} from "../streams/mod.ts";
import { ResponseHead } from "../grpc/mod.ts";
import { HpackDecoder } from "../hpack/mod.ts";

/** The parts of a connection that frames are for. */
export interface DispatchParts {
  readonly floods: FloodGuard;
  readonly streams: Streams;
  readonly sender: Sender;
  readonly frames: FrameWriter;
  /** The window of all streams, in bytes. */
  readonly windowBytes: number;
  /** SETTINGS were taken. */
  onSettings(): void;
  /** A GOAWAY has come. */
  onGoaway(goaway: Goaway): void;
}

/** Brings each frame to what it is for (RFC 9113, 6). */
export class Dispatch implements FrameHandler {
  readonly #parts: DispatchParts;
  readonly #decoder = new HpackDecoder();
  readonly #head = new ResponseHead();
  readonly #floods: FloodGuard;
  readonly #window: ReceiveWindow;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    this.#floods = parts.floods;
    this.#window = new ReceiveWindow(parts.windowBytes);
  }

  onData(frame: Frame): void {
    // Of a stream that is closed, too: the peer has counted it (6.9).
    const { streams, frames } = this.#parts;
    if (!this.#window.use(frame.flowControlledBytes)) {
      throw new ConnectionError(
        FLOW_CONTROL_ERROR,
        `Cannot read DATA for stream ${frame.streamId}: there is more than the window of the connection allows`,
      );
    }
    const stream = streams.find(frame.streamId);
    const bytes = this.#window.giveBack(0);
    if (bytes > 0) frames.windowUpdate(0, bytes);
    if (stream === undefined) return this.#floods.late("a DATA of no stream");
    if (frame.start < frame.end) this.#floods.useful();
    else this.#floods.useless("an empty DATA");
    stream.onData(frame);
  }

  onHeaders(frame: Frame): void {
    const { streamId, flags } = frame;
    const stream = this.#parts.streams.find(streamId);
    this.#head.reset();
    // Of a stream that is closed, too: it changes the table (RFC 7541, 2.2).
    const size = this.#decoder.decode(frame, this.#head);
    if (stream === undefined) {
      return this.#floods.late("a HEADERS of no stream");
    }
    if (size === undefined) {
      return stream.onStreamError(
        ENHANCE_YOUR_CALM,
        "The server sent headers that are too large",
      );
    }
    if (this.#head.isInformational) this.#floods.useless("a HEADERS of 1xx");
    else this.#floods.useful();
    stream.onHead(this.#head, flags);
  }

  onRstStream(streamId: number, errorCode: number): void {
    const stream = this.#parts.streams.find(streamId);
    if (stream === undefined) return this.#floods.late("a RST_STREAM");
    stream.onReset(errorCode);
  }

  onSettings(settings: readonly Setting[]): void {
    this.#floods.useless("a SETTINGS");
    const { sender, streams, frames } = this.#parts;
    for (const { id, value } of settings) {
      switch (id) {
        case SETTINGS_HEADER_TABLE_SIZE:
          sender.setMaxTableSize(value);
          break;
        case SETTINGS_MAX_CONCURRENT_STREAMS:
          streams.limit = value;
          break;
        case SETTINGS_INITIAL_WINDOW_SIZE:
          sender.setInitialWindow(value, streams.values());
          break;
        case SETTINGS_MAX_FRAME_SIZE:
          sender.setMaxFrameSize(value);
          break;
      }
    }
    // First, as a peer need not take what only these allow before (6.5.3).
    frames.settingsAck();
    sender.resumeAll(streams.values());
    this.#parts.onSettings();
  }

  onSettingsAck(): void {
    this.#floods.useless("an acknowledged SETTINGS");
  }

  onPing(high: number, low: number): void {
    this.#floods.useless("a PING");
    this.#parts.frames.pingAck(high, low);
  }

  onPingAck(): void {
    this.#floods.useless("an acknowledged PING");
  }

  onGoaway(goaway: Goaway): void {
    this.#floods.useless("a GOAWAY");
    this.#parts.onGoaway(goaway);
  }

  onWindowUpdate(streamId: number, increment: number): void {
    this.#floods.useless("a WINDOW_UPDATE");
    const { streams, sender } = this.#parts;
    if (streamId === 0) return sender.onWindowUpdate(increment);
    const stream = streams.find(streamId);
    if (stream === undefined) return;
    if (sender.onStreamWindowUpdate(stream, increment)) return;
    stream.onStreamError(
      FLOW_CONTROL_ERROR,
      "The server made the window of the stream too large",
    );
  }

  onIgnored(type: number): void {
    this.#floods.useless(`of type ${type}`);
  }

  onStreamError({ streamId, errorCode, message }: StreamError): void {
    const stream = this.#parts.streams.find(streamId);
    if (stream !== undefined) return stream.onStreamError(errorCode, message);
    this.#floods.useless("a frame of no stream that is wrong");
  }
}
