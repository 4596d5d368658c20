import type { Headers } from "../../transport/mod.ts";
import {
  ConnectionError,
  DEFAULT_WINDOW_SIZE,
  FLOW_CONTROL_ERROR,
  type FrameWriter,
  MAX_WINDOW_SIZE,
} from "../frames/mod.ts";
import { grpcTimeout } from "./_deadlines.ts";
import { SendWindow } from "./_flow_control.ts";
import { PREFIX_BYTES, RequestBlocks, type RequestScope } from "../grpc/mod.ts";
import { type HeaderTemplate, HpackEncoder } from "../hpack/mod.ts";
import type { Stream } from "./_stream.ts";
import { UnsentMessages } from "./_unsent_messages.ts";

/** A frame is not made larger than this, whatever the peer allows. */
const MAX_FRAME_BYTES = 65_536;

/**
 * The most bytes that wait to be written. Beyond it messages wait instead, as
 * they are: copied, they would take twice the room.
 */
const MAX_WAITING_BYTES = 1_048_576;

/** Sends requests as far as the peer's windows allow (RFC 9113, 5.2 and 6.9). */
export class Sender {
  readonly #frames: FrameWriter;
  readonly #encoder = new HpackEncoder();
  readonly #blocks: RequestBlocks;
  readonly #window = new SendWindow();
  /** SETTINGS_INITIAL_WINDOW_SIZE of the peer. */
  #initialWindow = DEFAULT_WINDOW_SIZE;
  /** The streams that could send more if it were not for the others. */
  readonly #blocked = new Set<Stream>();

  constructor(frames: FrameWriter, scope: RequestScope) {
    this.#frames = frames;
    this.#blocks = new RequestBlocks(this.#encoder, scope);
  }

  /** SETTINGS_HEADER_TABLE_SIZE of the peer. */
  setMaxTableSize(size: number): void {
    this.#encoder.setMaxTableSize(size);
  }

  /** SETTINGS_MAX_FRAME_SIZE of the peer. */
  setMaxFrameSize(size: number): void {
    this.#frames.maxFrameSize = Math.min(size, MAX_FRAME_BYTES);
  }

  /**
   * SETTINGS_INITIAL_WINDOW_SIZE of the peer, which may make windows negative
   * (6.9.2).
   */
  setInitialWindow(size: number, streams: Iterable<Stream>): void {
    const change = size - this.#initialWindow;
    this.#initialWindow = size;
    for (const stream of streams) {
      stream.sendWindow += change;
      if (stream.sendWindow > MAX_WINDOW_SIZE) {
        throw new ConnectionError(
          FLOW_CONTROL_ERROR,
          `Cannot count the window of stream ${stream.id}: SETTINGS make it ${stream.sendWindow}`,
        );
      }
    }
  }

  /** Sends what SETTINGS allow, which were acknowledged. */
  resumeAll(streams: Iterable<Stream>): void {
    for (const stream of streams) this.#pump(stream);
  }

  /**
   * The beginning of the headers of a request.
   *
   * @throws {TypeError} If HTTP/2 does not allow a name or a value.
   */
  template(path: string, headers: Headers | undefined): HeaderTemplate {
    return this.#blocks.template(path, headers);
  }

  /** Begins the request of a stream that has its id. */
  open(
    stream: Stream,
    { template, timeoutMs }: {
      readonly template: HeaderTemplate;
      readonly timeoutMs: number;
    },
  ): void {
    const encoder = this.#encoder;
    encoder.begin(template);
    if (timeoutMs !== Infinity) {
      encoder.add("grpc-timeout", grpcTimeout(timeoutMs));
    }
    this.#frames.headers(stream.id, encoder);
    stream.sendWindow = this.#initialWindow;
    stream.state = "open";
  }

  /** Sends a message of an open stream. */
  send(stream: Stream, message: Uint8Array): void {
    const size = PREFIX_BYTES + message.length;
    if (this.#take(stream, size)) {
      this.#frames.data(stream.id, size);
      this.#append(message);
    } else {
      this.#keep(stream, message);
      this.#pump(stream);
    }
  }

  /** The same, and ends the request with it. */
  sendLast(stream: Stream, message: Uint8Array): void {
    const size = PREFIX_BYTES + message.length;
    if (this.#take(stream, size)) {
      stream.state = "half-closed";
      this.#frames.lastData(stream.id, size);
      this.#append(message);
    } else {
      this.#keep(stream, message).ending = true;
      this.#pump(stream);
    }
  }

  /** Ends the request of an open stream. */
  halfClose(stream: Stream): void {
    if (stream.unsent !== undefined) {
      stream.unsent.ending = true;
      return;
    }
    stream.state = "half-closed";
    this.#frames.lastData(stream.id, 0);
  }

  /** The peer gives back some of the window of all streams. */
  onWindowUpdate(increment: number): void {
    this.#window.grow(increment);
    this.resume();
  }

  /** The peer gives back some of the window of one; false: too much. */
  onStreamWindowUpdate(stream: Stream, increment: number): boolean {
    stream.sendWindow += increment;
    if (stream.sendWindow > MAX_WINDOW_SIZE) return false;
    this.#pump(stream);
    return true;
  }

  /** There may be room again. */
  resume(): void {
    for (const stream of this.#blocked) {
      if (!this.#pump(stream)) return;
    }
  }

  /** A stream is closed. */
  forget(stream: Stream): void {
    if (this.#blocked.size > 0) this.#blocked.delete(stream);
  }

  /** Takes what one frame needs off the windows, if they allow it now. */
  #take(stream: Stream, size: number): boolean {
    const frames = this.#frames;
    if (
      stream.unsent !== undefined || size > stream.sendWindow ||
      size > this.#window.size || size > frames.maxFrameSize ||
      frames.length >= MAX_WAITING_BYTES
    ) return false;
    stream.sendWindow -= size;
    this.#window.size -= size;
    return true;
  }

  #append(message: Uint8Array): void {
    const frames = this.#frames;
    frames.u8(0);
    frames.u32(message.length);
    frames.bytes(message);
  }

  #keep(stream: Stream, message: Uint8Array): UnsentMessages {
    const unsent = stream.unsent ??= new UnsentMessages();
    unsent.push(message);
    return unsent;
  }

  /** Sends what can be sent; false if nothing of any stream can be. */
  #pump(stream: Stream): boolean {
    const { unsent } = stream;
    if (unsent === undefined) return true;
    const frames = this.#frames;
    while (unsent.bytes > 0) {
      if (stream.sendWindow <= 0) {
        this.#blocked.delete(stream);
        return true;
      }
      const size = Math.min(
        unsent.bytes,
        frames.maxFrameSize,
        stream.sendWindow,
        this.#window.size,
      );
      if (size === 0 || frames.length >= MAX_WAITING_BYTES) {
        this.#blocked.add(stream);
        return false;
      }
      stream.sendWindow -= size;
      this.#window.size -= size;
      if (unsent.ending && size === unsent.bytes) {
        stream.state = "half-closed";
        frames.lastData(stream.id, size);
      } else frames.data(stream.id, size);
      unsent.write(frames, size);
    }
    stream.unsent = undefined;
    this.#blocked.delete(stream);
    return true;
  }
}
