import type { QueueKeys } from "./_keys.ts";
import type { Key, KeyRange } from "../values/mod.ts";
import type { Watch, WatchOptions } from "../watch/mod.ts";

/** Why what was read before a watch may not be so any more. */
export type StaleReason =
  /** The watch was interrupted, and the store may be another one since. */
  | "interrupted"
  /** The member was behind what was read when the watch was created. */
  | "behind";

/** Options of a watch on what was read. */
export interface WatchAfterReadOptions
  extends Pick<WatchOptions, "signal" | "noPut" | "noDelete"> {
  /** The revision at which the range was read. */
  readonly readAt: bigint;
  /** Called when the range has to be read again. */
  onStale(reason: StaleReason): void;
}

/**
 * Watches what was read. A store that was restored from an older snapshot may
 * have passed the watch by the time it is back, and no revision tells that:
 * only another read does.
 */
export function watchAfterRead(
  keys: Pick<QueueKeys, "watch">,
  range: Key | KeyRange,
  { readAt, onStale, ...options }: WatchAfterReadOptions,
): Watch {
  let interrupted = false;
  const watch = keys.watch(range, {
    ...options,
    startRevision: readAt + 1n,
    onStateChange({ kind }) {
      if (kind === "reconnecting") interrupted = true;
      if (kind !== "live" || !interrupted) return;
      interrupted = false;
      onStale("interrupted");
    },
  });
  watch.ready.then(({ revision }) => {
    // A proxy may not say.
    if (revision > 0n && revision < readAt) onStale("behind");
  }, () => {});
  return watch;
}
