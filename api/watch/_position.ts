import { since, WatchStart } from "./_start.ts";
import type { WatchEvent } from "./types.ts";

/** The place of a watch in the history: what it has received, what is next. */
export class WatchPosition {
  readonly #start = new WatchStart();
  /** The first revision not yet received whole. */
  #next: bigint | undefined;
  /** The start that was asked for, as long as it lies ahead. */
  #asked: bigint;
  #newestRevision = 0n;

  constructor(startRevision: bigint | undefined) {
    this.#next = startRevision;
    this.#asked = startRevision ?? 0n;
  }

  /** The first revision not yet received whole; 0 if that is "from now". */
  get next(): bigint {
    return this.#next ?? 0n;
  }

  /** The start that the next create request asks for. */
  get startRevision(): bigint | undefined {
    return this.#start.before(this.#next);
  }

  /**
   * The newest revision that the store is known to have. A start that the
   * caller has asked for does not count, as it may lie ahead.
   */
  get newestRevision(): bigint {
    return this.#newestRevision;
  }

  /** Starts at `next`, as the range was read at the revision `read`. */
  startAt(next: bigint, read: bigint): void {
    this.#next = next;
    this.#hear(read);
  }

  /** The watch was created. Returns where it starts, if that was "from now". */
  created(revision: bigint): bigint | undefined {
    // A proxy may not say.
    if (revision === 0n) return undefined;
    if (this.#next !== undefined) {
      // A start that the caller gave is never moved by this; but if it does
      // not lie ahead, the store has all that is before it.
      if (revision + 1n >= this.#next) this.#hear(this.#next - 1n);
      return undefined;
    }
    this.#hear(revision);
    return this.#next = revision + 1n;
  }

  /** All events up to a revision have come. Returns whether that is news. */
  progress(revision: bigint): boolean {
    // Not to a start that lies ahead, nor when a member is behind.
    if (!this.heard(revision)) return false;
    this.#next = revision + 1n;
    return true;
  }

  /** The store has this revision. Returns whether the start is not ahead of it. */
  heard(revision: bigint): boolean {
    if (revision + 1n < this.next) return false;
    this.#hear(revision);
    return true;
  }

  /** Events up to this revision have come. */
  received(revision: bigint): void {
    this.#next = revision + 1n;
    this.#hear(revision);
  }

  /**
   * The range was read again at this revision, which may be an older one.
   * Returns whether the start that was asked for has been reached.
   */
  readAgain(revision: bigint): boolean {
    if (this.next >= this.#asked) this.#asked = 0n;
    this.#next = revision + 1n;
    this.#newestRevision = revision;
    return this.#next >= this.#asked;
  }

  /** Leaves out events before the start that was asked for. */
  asked(events: readonly WatchEvent[]): readonly WatchEvent[] {
    return since(this.#asked, events);
  }

  /** Whether the watch can go on after this compaction. */
  survives(compactRevision: bigint): boolean {
    return this.#start.survives(compactRevision, this.#next);
  }

  #hear(revision: bigint): void {
    if (revision > this.#newestRevision) this.#newestRevision = revision;
  }
}
