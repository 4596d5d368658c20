import type { Relist } from "./_relist.ts";

/** The stream that a watch shares with others, as the watch sees it. */
export interface WatchHost<Watcher> {
  /** Puts the watch on the stream, at its cursor. */
  add(watcher: Watcher): void;
  /** Takes the watch off the stream; it will come back. */
  pause(watcher: Watcher): void;
  /** Takes the watch off for good, and fails its progress requests. */
  remove(watcher: Watcher, reason: unknown): void;
  /** Asks for the stream's progress. */
  requestProgress(watcher: Watcher): Promise<bigint>;
}

/** Parts of a watch, besides its range and options. */
export interface WatcherParts<Watcher> {
  /** The stream it shares. */
  readonly host: WatchHost<Watcher>;
  /** Keeps the keys of a watch that is to survive a compaction. */
  readonly relist: Relist | undefined;
}
