import type { HistoryLostError } from "../../errors/history_lost_error.ts";
import { nextPage, type Queue, type QueuePage, readPage } from "./_queue.ts";
import {
  firstEntryOnPage,
  noticingRollback,
  type RunTxn,
} from "./_first_entry.ts";
import { historyLostError } from "../watch/mod.ts";
import {
  type Comparison,
  op,
  type RangeOperation,
  type Txn,
} from "../kv/mod.ts";

/** An entry, told from all others that its key ever was. */
export interface CreatedEntry {
  readonly queue: Queue;
  readonly key: Uint8Array;
  /** The revision at which the key was created. */
  readonly revision: bigint;
  /** True as long as the entry is in the queue. */
  readonly conditions: readonly Comparison[];
}

/** The state of an entry in the queue. */
export type EntryState =
  /** No other entry is before it. */
  | { readonly kind: "first" }
  /** The entry with this key is right before it. */
  | { readonly kind: "waiting"; readonly predecessor: Uint8Array }
  /** The key is there, but not attached to the lease: no entry any more. */
  | { readonly kind: "detached" }
  /** The key is gone. */
  | { readonly kind: "deleted" };

/** An entry's state as it was read. */
export interface EntryReading {
  readonly state: EntryState;
  /** The revision at which it was read. */
  readonly revision: bigint;
  /** Set if the store has gone back meanwhile. */
  readonly historyLost: HistoryLostError | undefined;
}

/**
 * Reads whether an entry is still in its queue, and which one is before it:
 * from the nearest key on. Nobody enters before it meanwhile, so that no later
 * page makes an earlier one untrue; but a store that goes back does.
 */
export async function readEntryState(
  entry: CreatedEntry,
  { action, seenAt, run }: {
    readonly action: string;
    /** The newest revision that was seen before. */
    readonly seenAt: bigint;
    readonly run: RunTxn;
  },
): Promise<EntryReading> {
  const { queue } = entry;
  const start: QueuePage = { limit: 1, from: entry.revision - 1n };
  let page = start;
  let historyLost: HistoryLostError | undefined;
  const careful = noticingRollback(run, {
    seenAt,
    onRollback(receivedRevision, currentRevision) {
      historyLost = historyLostError(action, {
        receivedRevision,
        currentRevision,
      });
    },
  });
  for (;;) {
    const lostBefore = historyLost;
    const { header: { revision }, succeeded, results: [{ kvs }] } =
      await careful(readPageBefore(entry, page));
    if (!succeeded) {
      const detached = kvs[0]?.createRevision === entry.revision;
      const state = { kind: detached ? "detached" : "deleted" } as const;
      return { state, revision, historyLost };
    }
    const found = await firstEntryOnPage({ queue, kvs, page }, careful);
    const next = nextPage(kvs, page.limit);
    if (historyLost !== lostBefore) page = start;
    else if (found === undefined && next !== undefined) page = next;
    else return { state: stateBehind(found?.key), revision, historyLost };
  }
}

function stateBehind(predecessor: Uint8Array | undefined): EntryState {
  return predecessor === undefined
    ? { kind: "first" }
    : { kind: "waiting", predecessor };
}

/** Reads a page of what is before an entry, if that is still in the queue. */
function readPageBefore(
  { queue, key, conditions }: CreatedEntry,
  page: QueuePage,
): Txn<readonly [RangeOperation], readonly [RangeOperation]> {
  const { from: maxCreateRevision } = page;
  const options = { ...readPage(page, "descend"), maxCreateRevision };
  return {
    if: conditions,
    then: [op.range(queue.range, options)],
    // Without a range in each branch, a member that is behind may answer.
    else: [op.range(key, { keysOnly: true })],
  };
}
