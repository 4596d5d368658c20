import type { WorkContext } from "../../api/waiting/mod.ts";
import { HistoryLostError } from "../../errors/history_lost_error.ts";
import { CompactedError } from "../../errors/specific_errors.ts";
import type { Key, Keyspace, KeyValue, WatchEvent } from "../../mod.ts";

/** A key as it was at a revision. */
export interface KeyState {
  readonly kv: KeyValue | undefined;
  readonly revision: bigint;
}

/** A change of a key: the parts of an event that tell whose it is. */
export type FirstChange = Pick<WatchEvent, "type" | "kv">;

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
  const watch = ks.watch(key, { startRevision: after + 1n, signal });
  try {
    for await (const event of watch.events()) return event;
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error;
  } finally {
    await watch.close();
  }
  return undefined;
}

/**
 * The first change of a key after a state of it: that which has refused a write
 * bound to this state. Gives nothing if the history that has it is gone.
 */
export async function changeAfter(
  ks: Pick<Keyspace, "watch">,
  key: Key,
  { base, now, context }: {
    readonly base: KeyState;
    /** As it is by now, which may spare a look at the history. */
    readonly now: KeyState;
    readonly context: WorkContext;
  },
): Promise<FirstChange | undefined> {
  if (now.kv !== undefined && follows(now.kv, base.kv)) {
    return { type: "put", kv: now.kv };
  }
  // The store has gone back: its revisions mean something else now.
  if (now.revision <= base.revision) return undefined;
  try {
    return await firstChange(ks, key, { after: base.revision, context });
  } catch (error) {
    if (error instanceof HistoryLostError) return undefined;
    throw error;
  }
}

/** Whether one put has made the one of the other. */
function follows(kv: KeyValue, base: KeyValue | undefined): boolean {
  return base !== undefined && kv.createRevision === base.createRevision &&
    kv.version === base.version + 1n;
}
