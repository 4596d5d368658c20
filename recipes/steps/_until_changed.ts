import { pause } from "../../api/waiting/mod.ts";
import { HistoryLostError } from "../../errors/history_lost_error.ts";
import { CompactedError } from "../../errors/specific_errors.ts";
import type { Key, KeyRange, Keyspace } from "../../mod.ts";

// Before a member that is behind is asked again.
const BEHIND_MS = 500;

/** A reading of keys, and the end of the wait for something newer. */
export interface ReadKeys {
  /** The revision at which they were read. */
  readonly readAt: bigint;
  readonly signal: AbortSignal | undefined;
}

/**
 * Waits until keys that were read have changed, or may have: the watch was
 * interrupted, as by a restored snapshot that no revision tells, or the history
 * is gone. Then they have to be read again.
 */
export async function untilChanged(
  ks: Pick<Keyspace, "watch">,
  keys: Key | KeyRange,
  { readAt, signal }: ReadKeys,
): Promise<void> {
  let isBehind = false;
  {
    let interrupted = false;
    await using watch = ks.watch(keys, {
      startRevision: readAt + 1n,
      signal,
      onStateChange({ kind }) {
        if (kind === "reconnecting") interrupted = true;
        if (kind === "live" && interrupted) void watch.close();
      },
    });
    watch.ready.then(({ revision }) => {
      // A proxy may not say.
      isBehind = revision > 0n && revision < readAt;
      if (isBehind) void watch.close();
    }, () => {});
    try {
      for await (const _ of watch) break;
    } catch (error) {
      if (
        !(error instanceof CompactedError || error instanceof HistoryLostError)
      ) throw error;
    }
  }
  if (isBehind) await pause(BEHIND_MS, { signal });
}
