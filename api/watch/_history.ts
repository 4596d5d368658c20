import type { Clock } from "../../balancers/transport/mod.ts";
import { backoffMs, type BackoffPolicy } from "../../errors/backoff.ts";
import type { WatchPosition } from "./_position.ts";

/** What follows a history: a watch. */
export interface Follower {
  /** How far it is. */
  readonly position: WatchPosition;
  /** The history it follows is gone; the store is at this revision. */
  historyLost(current: bigint): void;
}

/** Reads the store's newest revision, which no member that is behind has. */
export type ReadRevision<Watcher> = (
  watcher: Watcher,
  signal: AbortSignal,
) => Promise<bigint>;

interface Suspected<Watcher> {
  readonly watcher: Watcher;
  /** The newest revision it had been told of. */
  readonly told: bigint;
}

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
  /** Those that have last heard of a revision below what they had. */
  readonly #behind = new Set<Watcher>();
  #checking: AbortController | undefined;
  #cancelNext: (() => void) | undefined;
  #cancelSuspect: (() => void) | undefined;
  /** Checks in a row that have proven nothing, and when the last one ended. */
  #idle = 0;
  #checkedAt = 0;

  constructor(clock: Clock, read: ReadRevision<Watcher>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** A message for a watch has come from a store at this revision. */
  heard(watcher: Watcher, revision: bigint): void {
    // A proxy may not say.
    if (revision === 0n) return;
    if (revision >= watcher.position.told) return this.forget(watcher);
    this.#behind.add(watcher);
    this.#next();
  }

  /** One for all of a stream has come: they have received all up to it. */
  allHeard(watchers: Iterable<Watcher>, revision: bigint): void {
    for (const watcher of watchers) {
      watcher.position.heard(revision);
      this.heard(watcher, revision);
    }
  }

  /**
   * A proxy has no progress to tell, and keeps the stream when the store goes
   * back behind it: these are suspected from time to time.
   */
  suspect(watchers: Iterable<Watcher>, everyMs: number): void {
    this.#cancelSuspect ??= this.#clock.schedule(everyMs, () => {
      this.#cancelSuspect = undefined;
      for (const watcher of watchers) {
        if (watcher.position.told > 0n) this.#behind.add(watcher);
      }
      this.#next();
      this.suspect(watchers, everyMs);
    });
  }

  /** It is not suspected any more, or has left the stream. */
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
    this.#checking?.abort();
    this.#checking = undefined;
    this.#idle = 0;
  }

  #rest(): void {
    this.#cancelNext?.();
    this.#cancelNext = undefined;
  }

  #next(): void {
    if (this.#behind.size === 0) return;
    if (this.#checking !== undefined || this.#cancelNext !== undefined) return;
    const sinceMs = this.#clock.now() - this.#checkedAt;
    if (sinceMs > 2 * BACKOFF.maxMs) this.#idle = 0;
    const waitMs = this.#idle === 0
      ? 0
      : backoffMs(BACKOFF, this.#idle, this.#clock.random) - sinceMs;
    if (waitMs <= 0) return void this.#check();
    this.#cancelNext = this.#clock.schedule(waitMs, () => {
      this.#cancelNext = undefined;
      this.#check();
    });
  }

  async #check(): Promise<void> {
    const checking = this.#checking = new AbortController();
    // What comes while it is read may be newer than what is read.
    const suspected: Suspected<Watcher>[] = [...this.#behind].map((
      watcher,
    ) => ({
      watcher,
      told: watcher.position.told,
    }));
    const reader = suspected[this.#idle % suspected.length]?.watcher;
    const current = reader && await this.#answer(reader, checking.signal);
    if (this.#checking !== checking) return;
    this.#checking = undefined;
    this.#checkedAt = this.#clock.now();
    this.#idle++;
    if (current !== undefined) this.#judge(suspected, current);
    this.#next();
  }

  #judge(suspected: readonly Suspected<Watcher>[], current: bigint): void {
    for (const { watcher, told } of suspected) {
      // What only lags is suspected again when another message says so.
      this.#behind.delete(watcher);
      if (current >= told) continue;
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
