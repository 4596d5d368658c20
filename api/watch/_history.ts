import type { Clock } from "../../balancers/transport/mod.ts";
import { backoffMs, type BackoffPolicy } from "../../errors/backoff.ts";
import type { WatchPosition } from "./_position.ts";

/** A watch, as one that follows the history of a store. */
export interface Follower {
  /** The revisions it has received. */
  readonly position: WatchPosition;
  /** Takes note that its history is gone, and the store has this revision. */
  historyLost(current: bigint): void;
}

/** Reads the store's newest revision, which no member that is behind has. */
export type ReadRevision<Watcher> = (
  watcher: Watcher,
  signal: AbortSignal,
) => Promise<bigint>;

interface Suspected<Watcher> {
  readonly watcher: Watcher;
  /** The newest revision that it knew of. */
  readonly newestRevision: bigint;
}

/** A read that decides whether the history is gone. */
type Check =
  | { readonly kind: "none" }
  | { readonly kind: "planned"; cancel(): void }
  | { readonly kind: "running"; readonly abort: AbortController };

// Between two checks. A member that lags answers behind for seconds.
const BACKOFF: BackoffPolicy = {
  initialMs: 500,
  multiplier: 2,
  maxMs: 10_000,
  jitter: 0.2,
};

/**
 * Notices when the history that watches follow is gone: an older snapshot was
 * restored, or the data were lost. Watches would then wait in silence until
 * the store has passed them, and miss all that happens until then.
 *
 * A message from a store that is behind a watch is no more than a suspicion:
 * members lag. One linearizable read decides, for all that are suspected.
 */
export class WatchHistory<Watcher extends Follower> {
  readonly #clock: Clock;
  readonly #read: ReadRevision<Watcher>;
  /** The watches that last heard of a revision below what they had. */
  readonly #behind = new Set<Watcher>();
  #check: Check = { kind: "none" };
  #cancelSuspect: (() => void) | undefined;
  /** Checks in a row that have proven nothing, and when the last one ended. */
  #idle = 0;
  #checkedAt = 0;

  constructor(clock: Clock, read: ReadRevision<Watcher>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** A message for a watch has come, from a store at this revision. */
  heard(watcher: Watcher, revision: bigint): void {
    // A proxy may not say.
    if (revision === 0n) return;
    if (revision >= watcher.position.newestRevision) {
      return this.forget(watcher);
    }
    this.#behind.add(watcher);
    this.#next();
  }

  /** A message for all watches has come: each has received all up to it. */
  allHeard(watchers: Iterable<Watcher>, revision: bigint): void {
    for (const watcher of watchers) {
      watcher.position.heard(revision);
      this.heard(watcher, revision);
    }
  }

  /**
   * Suspects these watches from time to time: a proxy has no progress to tell,
   * and keeps the stream when the store goes back behind it.
   */
  suspect(watchers: Iterable<Watcher>, everyMs: number): void {
    this.#cancelSuspect ??= this.#clock.schedule(everyMs, () => {
      this.#cancelSuspect = undefined;
      for (const watcher of watchers) {
        if (watcher.position.newestRevision > 0n) this.#behind.add(watcher);
      }
      this.#next();
      this.suspect(watchers, everyMs);
    });
  }

  /** Suspects the watch no more, as it is up to date or has left the stream. */
  forget(watcher: Watcher): void {
    if (this.#behind.delete(watcher) && this.#behind.size === 0) this.#rest();
  }

  /** The stream has ended: what the next one tells counts. */
  clear(): void {
    this.#cancelSuspect?.();
    this.#cancelSuspect = undefined;
    this.#behind.clear();
    this.#rest();
  }

  /** No watch is left. */
  stop(): void {
    this.clear();
    if (this.#check.kind === "running") this.#check.abort.abort();
    this.#check = { kind: "none" };
    this.#idle = 0;
  }

  #rest(): void {
    if (this.#check.kind !== "planned") return;
    this.#check.cancel();
    this.#check = { kind: "none" };
  }

  #next(): void {
    if (this.#behind.size === 0 || this.#check.kind !== "none") return;
    const sinceMs = this.#clock.now() - this.#checkedAt;
    if (sinceMs > 2 * BACKOFF.maxMs) this.#idle = 0;
    const waitMs = this.#idle === 0
      ? 0
      : backoffMs(BACKOFF, this.#idle, this.#clock.random) - sinceMs;
    if (waitMs <= 0) return void this.#run();
    const cancel = this.#clock.schedule(waitMs, () => this.#run());
    this.#check = { kind: "planned", cancel };
  }

  async #run(): Promise<void> {
    const abort = new AbortController();
    this.#check = { kind: "running", abort };
    // Messages that come during the read may be newer than its answer.
    const suspected = [...this.#behind].map((watcher) => {
      const { newestRevision } = watcher.position;
      return { watcher, newestRevision };
    });
    const reader = suspected[this.#idle % suspected.length]?.watcher;
    const current = reader && await this.#answer(reader, abort.signal);
    if (abort.signal.aborted) return;
    this.#check = { kind: "none" };
    this.#checkedAt = this.#clock.now();
    this.#idle++;
    if (current !== undefined) this.#judge(suspected, current);
    this.#next();
  }

  #judge(suspected: readonly Suspected<Watcher>[], current: bigint): void {
    for (const { watcher, newestRevision } of suspected) {
      // A watch whose member lags is suspected again by its next message.
      this.#behind.delete(watcher);
      if (current >= newestRevision) continue;
      this.#idle = 0;
      watcher.historyLost(current);
    }
  }

  /** A read that is denied or fails proves nothing. */
  async #answer(
    reader: Watcher,
    signal: AbortSignal,
  ): Promise<bigint | undefined> {
    try {
      return await this.#read(reader, signal);
    } catch {
      return undefined;
    }
  }
}
