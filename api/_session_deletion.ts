import { CompactedError } from "../errors/specific_errors.ts";
import type { Effort } from "./_effort.ts";
import { type Doubt, watchRead } from "./_session_watch.ts";
import { pause } from "./_waits.ts";
import type { Keyspace } from "./keyspace.ts";

/** The deletion that is waited for. */
export interface AwaitedDeletion {
  readonly key: Uint8Array;
  /** The revision at which the key was seen. */
  readonly seenAt: bigint;
}

// Before a member that is behind is asked again.
const BEHIND_MS = 500;

/**
 * Waits until a key is deleted, or may have been.
 *
 * @throws {HistoryLostError} If the store has gone back.
 */
export async function deletion(
  keys: Pick<Keyspace, "watch">,
  { key, seenAt: readAt }: AwaitedDeletion,
  effort: Effort,
): Promise<void> {
  const { signal } = effort;
  let doubt: Doubt | undefined;
  {
    await using watch = watchRead(keys, key, {
      readAt,
      noPut: true,
      signal,
      doubt(reason) {
        doubt = reason;
        watch.close();
      },
    });
    effort.trouble = () =>
      watch.state.kind === "reconnecting" ? watch.state.reason : undefined;
    try {
      for await (const _deletion of watch.events()) return;
    } catch (error) {
      // What has happened is forgotten: the caller looks again.
      if (!(error instanceof CompactedError)) throw error;
    }
  }
  if (doubt === "behind") await pause(BEHIND_MS, signal);
}
