import type { Kv } from "../kv/mod.ts";
import type { Leases } from "../lease/mod.ts";
import type { Key, KeyRange } from "../values/mod.ts";
import type { Watch, WatchOptions } from "../watch/mod.ts";

/** What a session needs of the keys. */
export interface SessionKeys {
  /** Reading and writing keys. */
  readonly kv: Kv;
  /** Leases. */
  readonly lease: Leases;
  /** Starts a watch on a key or a range. */
  watch(keyOrRange: Key | KeyRange, options?: WatchOptions): Watch;
}
