/** What a watch needs of the stream it shares with others. */
export interface WatchHost<Watcher> {
  /** Puts the watch on the stream, at its cursor. */
  add(watcher: Watcher): void;
  /** Takes it off the stream; it will come back. */
  pause(watcher: Watcher): void;
  /** Takes it off for good, and fails what it has asked. */
  remove(watcher: Watcher, reason: unknown): void;
  /** Asks for the stream's progress. */
  requestProgress(watcher: Watcher): Promise<bigint>;
}
