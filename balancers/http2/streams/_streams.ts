import {
  ConnectionError,
  MAX_STREAM_ID,
  PROTOCOL_ERROR,
} from "../frames/mod.ts";
import type { Stream } from "./_stream.ts";
import { StreamTable } from "./_stream_table.ts";

/** Ids that are left when a new connection is due. */
const SPARE_IDS = 2_000;

/** The streams of one connection, by their ids (RFC 9113, 5.1.1 and 5.1.2). */
export class Streams {
  readonly #open = new StreamTable<Stream>();
  #nextId: number;
  /** The peer's SETTINGS_MAX_CONCURRENT_STREAMS. */
  limit: number = Infinity;

  constructor(firstId = 1) {
    this.#nextId = firstId;
  }

  /** The number of open streams. */
  get size(): number {
    return this.#open.size;
  }

  /** The newest one; 0 or less if there was none. */
  get lastId(): number {
    return this.#nextId - 2;
  }

  /** Whether there are hardly any ids left. */
  get worn(): boolean {
    return this.#nextId > MAX_STREAM_ID - 2 * SPARE_IDS;
  }

  /** Whether there is none left. */
  get full(): boolean {
    return this.#nextId > MAX_STREAM_ID;
  }

  /** Gives a stream its id. */
  open(stream: Stream): void {
    stream.id = this.#nextId;
    this.#nextId += 2;
    this.#open.add(stream);
  }

  /** Forgets one that is closed. */
  close(stream: Stream): void {
    this.#open.delete(stream);
  }

  /**
   * The stream that a frame is for; missing if it is closed.
   *
   * @throws {ConnectionError} If there was none of this id (5.1).
   */
  find(id: number): Stream | undefined {
    const stream = this.#open.get(id);
    if (stream !== undefined) return stream;
    if (id % 2 === 1 && id < this.#nextId) return undefined;
    throw new ConnectionError(
      PROTOCOL_ERROR,
      `Cannot read a frame for stream ${id}: it was never opened`,
    );
  }

  /** The open streams, in the order in which they were opened. */
  values(): readonly Stream[] {
    return this.#open.values();
  }

  /** The open streams above this id, as a list that does not change. */
  above(id: number): readonly Stream[] {
    return this.#open.values().filter((stream) => stream.id > id);
  }
}
