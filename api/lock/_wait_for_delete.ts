import { CompactedError } from "../../errors/specific_errors.ts";
import { pause, type WorkContext } from "../waiting/mod.ts";
import { type StaleReason, watchAfterRead } from "./_watch_after_read.ts";
import type { QueueKeys } from "./_keys.ts";
import type { KeyValue } from "../values/mod.ts";

/** A key of a queue, whose end is waited for. */
export interface AwaitedKey {
  readonly key: Uint8Array;
  /** The revision at which the key was seen. */
  readonly seenAt: bigint;
  /** Whether the key, put like this, is still an entry. */
  isEntry(kv: KeyValue): boolean;
}

/** The end of a key, or "unknown": only another read can tell. */
export type KeyEnd = "deleted" | "detached" | "unknown";

// Before a member that is behind is asked again.
const BEHIND_MS = 500;

/**
 * Waits until a key is deleted or is no entry any more, or may have been.
 *
 * @throws {HistoryLostError} If the store has gone back.
 */
export async function waitForDelete(
  keys: Pick<QueueKeys, "watch">,
  { key, seenAt: readAt, isEntry }: AwaitedKey,
  context: WorkContext,
): Promise<KeyEnd> {
  const { signal } = context;
  let stale: StaleReason | undefined;
  const watch = watchAfterRead(keys, key, {
    readAt,
    signal,
    onStale(reason) {
      stale = reason;
      watch.close();
    },
  });
  context.lastError = () =>
    watch.state.kind === "reconnecting" ? watch.state.reason : undefined;
  try {
    for await (const { type, kv } of watch.events()) {
      if (type === "delete") return "deleted";
      if (!isEntry(kv)) return "detached";
    }
  } catch (error) {
    // What has happened is forgotten: the caller reads again.
    if (!(error instanceof CompactedError)) throw error;
  } finally {
    await watch.close();
  }
  if (stale === "behind") await pause(BEHIND_MS, { signal });
  return "unknown";
}
