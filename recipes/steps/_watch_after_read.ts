import { pause } from "../../api/waiting/mod.ts";
import type {
  Key,
  KeyRange,
  Keyspace,
  WatchEvent,
  WatchOptions,
} from "../../mod.ts";
import { isHistoryGone } from "./_repeatable.ts";

/** Options of a watch on what was read. */
export interface WatchAfterReadOptions
  extends Pick<WatchOptions, "signal" | "noPut" | "noDelete"> {
  /** The revision at which the range was read. */
  readonly readAt: bigint;
}

// Before a member that is behind is asked again.
const BEHIND_MS = 500;

/**
 * The events after a read. It ends when the range has to be read again: after
 * an interruption, as the store may be another one since; if the member is
 * behind what was read; if the history is lost.
 */
export async function* watchAfterRead(
  keys: Pick<Keyspace, "watch">,
  range: Key | KeyRange,
  { readAt, ...options }: WatchAfterReadOptions,
): AsyncIterableIterator<WatchEvent> {
  let interrupted = false;
  let behind = false;
  const watch = keys.watch(range, {
    ...options,
    startRevision: readAt + 1n,
    onStateChange({ kind }) {
      if (kind === "reconnecting") interrupted = true;
      if (kind === "live" && interrupted) void watch.close();
    },
  });
  watch.ready.then(({ revision }) => {
    // A proxy may not say.
    behind = revision > 0n && revision < readAt;
    if (behind) void watch.close();
  }, () => {});
  try {
    yield* watch.events();
  } catch (error) {
    if (!isHistoryGone(error)) throw error;
  } finally {
    await watch.close();
  }
  if (behind) await pause(BEHIND_MS, { signal: options.signal });
}
