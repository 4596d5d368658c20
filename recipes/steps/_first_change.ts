import type { WorkContext } from "../../api/waiting/mod.ts";
import { CompactedError } from "../../errors/specific_errors.ts";
import type { Key, Keyspace, WatchEvent } from "../../mod.ts";

/**
 * The first change of a key after a revision, which there is: waits for it if
 * the member that is asked has not heard of it yet. Gives nothing if it was
 * compacted away.
 */
export async function firstChange(
  ks: Pick<Keyspace, "watch">,
  key: Key,
  { after, context: { signal } }: {
    readonly after: bigint;
    readonly context: WorkContext;
  },
): Promise<WatchEvent | undefined> {
  await using watch = ks.watch(key, { startRevision: after + 1n, signal });
  try {
    for await (const event of watch.events()) return event;
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error;
  }
  return undefined;
}
