import type { Clock } from "../../balancers/transport/mod.ts";
import type { Opener } from "../stream/mod.ts";
import type { ReadRevision } from "./_history.ts";
import type { HeartbeatOptions } from "./types.ts";
import type { Watcher } from "./_watcher.ts";

/** Options of a session. */
export interface WatchSessionOptions {
  /** Opens its streams. */
  readonly opener: Opener;
  /** Time and randomness. */
  readonly clock: Clock;
  /** Whether members without a leader end the stream. */
  readonly requireLeader: boolean;
  /** The heartbeat by which a silent stream is noticed. */
  readonly heartbeat: HeartbeatOptions | false;
  /** Reads the revision of the store. */
  readonly readRevision: ReadRevision<Watcher>;
}
