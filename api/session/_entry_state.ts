import type { HistoryLostError } from "../../errors/history_lost_error.ts";
import { nextPage, type Queue, type QueuePage, readPage } from "./_queue.ts";
import { firstThatCounts, noticing, type RunTxn } from "./_first_entry.ts";
import { historyLostError } from "../watch/mod.ts";
import {
  type Comparison,
  op,
  type RangeOperation,
  type Txn,
} from "../kv/mod.ts";

/** A place in a queue. */
export interface QueuePlace {
  readonly queue: Queue;
  readonly key: Uint8Array;
  /** The revision at which it was created. */
  readonly revision: bigint;
  /** Hold as long as it counts. */
  readonly held: readonly Comparison[];
}

/** What a look at a place finds. */
export interface Look {
  /** Whether the place is still there, and counts. */
  readonly held: boolean;
  /** Whether its key is there all the same. */
  readonly detached: boolean;
  /** Who has the place before it. */
  readonly before: Uint8Array | undefined;
  /** The revision at which it was looked at. */
  readonly revision: bigint;
  /** Set if the store has gone back meanwhile. */
  readonly lost: HistoryLostError | undefined;
}

/**
 * Looks whether a place is still there, and who has the one before it: from
 * the nearest key on. Nobody enters before it meanwhile, so that no later page
 * makes an earlier one untrue; but a store that goes back does.
 */
export async function lookAt(
  place: QueuePlace,
  { action, seenAt, run }: {
    readonly action: string;
    /** The newest revision that was seen before. */
    readonly seenAt: bigint;
    readonly run: RunTxn;
  },
): Promise<Look> {
  const { queue } = place;
  const start: QueuePage = { limit: 1, from: place.revision - 1n };
  let page = start;
  let lost: HistoryLostError | undefined;
  const careful = noticing(run, {
    seenAt,
    onBack(receivedRevision, currentRevision) {
      lost = historyLostError(action, { receivedRevision, currentRevision });
    },
  });
  for (;;) {
    const before = lost;
    const { header: { revision }, succeeded: held, results: [{ kvs }] } =
      await careful(lookAtPage(place, page));
    if (!held) {
      const detached = kvs[0]?.createRevision === place.revision;
      return { held, detached, before: undefined, revision, lost };
    }
    const first = await firstThatCounts({ queue, kvs, page }, careful);
    const next = nextPage(kvs, page.limit);
    if (lost !== before) page = start;
    else if (first === undefined && next !== undefined) page = next;
    else return { held, detached: false, before: first?.key, revision, lost };
  }
}

/** Reads a page of what stands before a place, if that still counts. */
function lookAtPage(
  { queue, key, held }: QueuePlace,
  page: QueuePage,
): Txn<readonly [RangeOperation], readonly [RangeOperation]> {
  const { from: maxCreateRevision } = page;
  const options = { ...readPage(page, "descend"), maxCreateRevision };
  return {
    if: held,
    then: [op.range(queue.range, options)],
    // Without a range in each branch, a member that is behind may answer.
    else: [op.range(key, { keysOnly: true })],
  };
}
