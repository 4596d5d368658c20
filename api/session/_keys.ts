import type { Kv } from "../kv/mod.ts";
import type { Leases } from "../lease/mod.ts";
import type { Key, KeyRange } from "../values/mod.ts";
import type { Watch, WatchOptions } from "../watch/mod.ts";

/** What a queue needs of the keys. */
export interface QueueKeys {
  /** Reading and writing keys. */
  readonly kv: Kv;
  /** Starts a watch on a key or a range. */
  watch(keyOrRange: Key | KeyRange, options?: WatchOptions): Watch;
}

/** What a session needs of the keys. */
export interface SessionKeys extends QueueKeys {
  /** Leases. */
  readonly lease: Leases;
}
