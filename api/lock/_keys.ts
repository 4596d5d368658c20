import type { Clock } from "../../balancers/transport/mod.ts";
import type { Kv } from "../kv/mod.ts";
import type { Key, KeyRange } from "../values/mod.ts";
import type { Watch, WatchOptions } from "../watch/mod.ts";

/** The part of a keyspace that a queue needs. */
export interface QueueKeys {
  /** Reading and writing keys. */
  readonly kv: Kv;
  /** Starts a watch on a key or a range. */
  watch(keyOrRange: Key | KeyRange, options?: WatchOptions): Watch;
  /** The prefix of the keyspace, which its keys go without. @default {none} */
  readonly prefix?: Uint8Array | undefined;
  /** Times the end of leases. @default {the system's} */
  readonly clock?: Pick<Clock, "hold"> | undefined;
}
