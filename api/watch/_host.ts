import type { Clock } from "../../balancers/transport/_clock.ts";
import type { Relist } from "./_relist.ts";
import type { Opener } from "../stream/_opener.ts";
import type { ReadRevision } from "./_history.ts";
import type { Watcher } from "./_watcher.ts";
import type { HeartbeatOptions } from "./types.ts";

/** What a watch needs of the stream it shares with others. */
export interface WatchHost {
  /** Puts the watch on the stream, at its cursor. */
  add(watcher: Watcher): void;
  /** Takes it off the stream; it will come back. */
  pause(watcher: Watcher): void;
  /** Takes it off for good, and fails what it has asked. */
  remove(watcher: Watcher, reason: unknown): void;
  /** Asks for the stream's progress. */
  requestProgress(watcher: Watcher): Promise<bigint>;
}

/** What a watch is made of besides its options. */
export interface WatcherParts {
  /** The stream it shares. */
  readonly host: WatchHost;
  /** Knows the keys, if the watch is to survive a compaction. */
  readonly relist: Relist | undefined;
}

/** What a session is made of. */
export interface WatchSessionOptions {
  /** Opens its streams. */
  readonly opener: Opener;
  /** Time and randomness. */
  readonly clock: Clock;
  /** Whether members without a leader end the stream. */
  readonly requireLeader: boolean;
  /** How a silent stream is noticed. */
  readonly heartbeat: HeartbeatOptions | false;
  /** Reads the revision of the store. */
  readonly readRevision: ReadRevision;
}
