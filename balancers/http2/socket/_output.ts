import { nextTick } from "node:process";
import type { ByteConn } from "./_byte_conn.ts";
import { FrameWriter } from "../frames/mod.ts";

/** The most bytes that wait for a peer that does not read. */
const MAX_BYTES = 4_194_304;

/**
 * The output of a connection: all that one turn of the event loop appends is
 * one write.
 *
 * Calls that are made because of an answer are made a few microtasks after it
 * was read; a tick of `node:process` comes after these, and costs less than any
 * timer.
 */
export class Output {
  readonly frames: FrameWriter;
  readonly #conn: ByteConn;
  #onWritten: () => void;
  #state: "idle" | "due" | "writing" | "closed" = "idle";
  /** The newest stream of which anything has been appended. */
  lastStreamId = 0;
  /** The newest one of which anything may have left this process. */
  sentStreamId = 0;

  constructor(conn: ByteConn, onWritten: () => void) {
    this.#conn = conn;
    this.#onWritten = onWritten;
    this.frames = new FrameWriter({
      maxBytes: MAX_BYTES,
      onPending: () => this.#schedule(),
    });
  }

  /** Writes nothing any more. */
  close(): void {
    this.#state = "closed";
  }

  /** Has `finished` called once all that waits was written. */
  finish(finished: () => void): void {
    this.#onWritten = () => {
      if (this.frames.length === 0) finished();
    };
  }

  #schedule(): void {
    if (this.#state !== "idle") return;
    this.#state = "due";
    nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    if (this.#state !== "due") return;
    this.#state = "writing";
    this.sentStreamId = this.lastStreamId;
    this.#conn.write(this.frames.take(), this.#written);
  };

  readonly #written = (): void => {
    if (this.#state !== "writing") return;
    this.#state = "due";
    this.#onWritten();
    if (this.frames.length > 0) this.#flush();
    else this.#state = "idle";
  };
}
