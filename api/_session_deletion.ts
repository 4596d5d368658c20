import { CompactedError } from "../errors/specific_errors.ts";
import type { Effort } from "./_effort.ts";
import type { Keyspace } from "./keyspace.ts";

/** The deletion that is waited for. */
export interface AwaitedDeletion {
  readonly key: Uint8Array;
  /** The first revision at which it counts. */
  readonly from: bigint;
}

/** Waits until a key is deleted, or may have been. */
export async function deletion(
  keys: Pick<Keyspace, "watch">,
  { key, from: startRevision }: AwaitedDeletion,
  effort: Effort,
): Promise<void> {
  const { signal } = effort;
  await using watch = keys.watch(key, { startRevision, noPut: true, signal });
  effort.trouble = () =>
    watch.state.kind === "reconnecting" ? watch.state.reason : undefined;
  try {
    for await (const _deletion of watch.events()) return;
  } catch (error) {
    // What has happened is forgotten: the caller looks again.
    if (!(error instanceof CompactedError)) throw error;
  }
}
