import { type Clock, rethrow } from "../../transport/mod.ts";
import type { ByteConn } from "./_byte_conn.ts";
import {
  ConnectionError,
  DEFAULT_WINDOW_SIZE,
  type FrameHandler,
  FrameReader,
  type FrameWriter,
  INTERNAL_ERROR,
  NO_ERROR,
  SETTINGS_ENABLE_PUSH,
  SETTINGS_INITIAL_WINDOW_SIZE,
  SETTINGS_MAX_HEADER_LIST_SIZE,
} from "../frames/mod.ts";
import { Output } from "./_output.ts";
import { STREAM_WINDOW_BYTES, WINDOW_BYTES } from "./_windows.ts";

const MAX_HEADER_LIST_BYTES = 65_536;

/** The time that the last bytes to a peer may take. */
const CLOSE_MS = 1_000;

/** The owner of a link: its clock, and the calls that tell it of events. */
export interface LinkHost {
  readonly clock: Clock;
  /** Bytes have come, and are about to be read. */
  onHeard(): void;
  /** The bytes that have come were read. */
  onRead(): void;
  /** The bytes that waited were written. */
  onWritten(): void;
  /** Nothing comes any more, for this reason; it may still be `shut`. */
  onLost(reason: string): void;
  /** Nothing of it is left. Called once, last. */
  onClosed(): void;
}

/** Carries frames over a connection of bytes, until either side ends it. */
export class Link {
  readonly #conn: ByteConn;
  readonly #host: LinkHost;
  readonly #output: Output;
  #reader: FrameReader | undefined;
  #state: "open" | "lost" | "shut" | "closed" = "open";
  #stopTimer: (() => void) | undefined;

  constructor(conn: ByteConn, host: LinkHost) {
    this.#conn = conn;
    this.#host = host;
    this.#output = new Output(conn, () => host.onWritten());
  }

  /** Appends to what is to be written. */
  get frames(): FrameWriter {
    return this.#output.frames;
  }

  /** The newest stream of which anything has been appended; set by whoever does. */
  set lastStreamId(id: number) {
    this.#output.lastStreamId = id;
  }

  /** The newest stream of which anything may have left this process. */
  get sentStreamId(): number {
    return this.#output.sentStreamId;
  }

  /** The last bytes that came, in words, if they are no whole frame. */
  get unfinished(): string | undefined {
    return this.#reader?.unfinished;
  }

  /** Says what a client says first (3.4), and begins to read. */
  start(handler: FrameHandler): void {
    const reader = new FrameReader(handler);
    this.#reader = reader;
    this.frames.preface();
    this.frames.settings([
      { id: SETTINGS_ENABLE_PUSH, value: 0 },
      { id: SETTINGS_INITIAL_WINDOW_SIZE, value: STREAM_WINDOW_BYTES },
      { id: SETTINGS_MAX_HEADER_LIST_SIZE, value: MAX_HEADER_LIST_BYTES },
    ]);
    this.frames.windowUpdate(0, WINDOW_BYTES - DEFAULT_WINDOW_SIZE);
    this.#conn.listen({
      onBytes: (bytes) => this.#read(reader, bytes),
      onEnd: () => this.#onEnd(reader),
      onError: (reason) => this.#lose(reason),
      onClosed: () => this.#onClosed(),
    });
  }

  /** Has it keep the process alive, or not. */
  hold(how: "alive" | "free"): void {
    if (this.#state === "open") this.#conn.hold(how);
  }

  /** Appends what is not an answer to what is being read. */
  write(append: (frames: FrameWriter) => void): void {
    if (this.#state !== "open") return;
    try {
      append(this.frames);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Says GOAWAY and closes; reads nothing more. */
  shut(errorCode: number = NO_ERROR, debugText = ""): void {
    if (this.#state === "shut" || this.#state === "closed") return;
    this.#state = "shut";
    this.#reader?.close();
    this.frames.goaway(errorCode, debugText);
    // A peer that does not read may never take it.
    this.#stopTimer = this.#host.clock.schedule(
      CLOSE_MS,
      () => this.#conn.destroy(),
    );
    this.#output.finish(() => this.#conn.destroy());
  }

  /** Closes now. */
  destroy(): void {
    if (this.#state === "closed") return;
    this.#state = "shut";
    this.#reader?.close();
    this.#output.close();
    this.#conn.destroy();
  }

  /** Something cannot be read or written as HTTP/2 has it. */
  fail(error: unknown): void {
    const { message } = error instanceof Error ? error : new Error(`${error}`);
    let errorCode = INTERNAL_ERROR;
    if (error instanceof ConnectionError) errorCode = error.errorCode;
    // A fault of this side: it is not the peer that is to hear of it alone.
    else rethrow(error);
    this.#lose(message);
    // Calls were just told that they never left.
    this.frames.discard();
    this.shut(errorCode, message);
  }

  #read(reader: FrameReader, bytes: Uint8Array): void {
    if (this.#state !== "open") return;
    this.#host.onHeard();
    try {
      reader.feed(bytes);
      this.#host.onRead();
    } catch (error) {
      this.fail(error);
    }
  }

  #onEnd(reader: FrameReader): void {
    const { unfinished } = reader;
    const reason = "the server closed the connection";
    this.#lose(unfinished ? `${reason} after ${unfinished}` : reason);
    this.destroy();
  }

  #lose(reason: string): void {
    if (this.#state !== "open") return;
    this.#state = "lost";
    this.#host.onLost(reason);
  }

  #onClosed(): void {
    this.#stopTimer?.();
    this.#lose("the connection was closed");
    this.#state = "closed";
    this.#output.close();
    this.#host.onClosed();
  }
}
