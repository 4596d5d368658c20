import type { Key, KeyRange, Keyspace } from "../../mod.ts";
import {
  watchAfterRead,
  type WatchAfterReadOptions,
} from "./_watch_after_read.ts";

/** Keys that were read, and the end of the wait for something newer. */
export type ReadKeys = Pick<WatchAfterReadOptions, "readAt" | "signal">;

/**
 * Waits until keys that were read have changed, or may have: then they have to
 * be read again.
 */
export async function untilChanged(
  ks: Pick<Keyspace, "watch">,
  keys: Key | KeyRange,
  read: ReadKeys,
): Promise<void> {
  for await (const _ of watchAfterRead(ks, keys, read)) break;
}
