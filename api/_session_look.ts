import type { HistoryLostError } from "../errors/history_lost_error.ts";
import { BY_AGE, type Queue, type QueuePage } from "./_session_queue.ts";
import { historyLostError } from "./_watch_errors.ts";
import type { KeyValue } from "./key_value.ts";
import { op } from "./txn.ts";
import type {
  Comparison,
  RangeOperation,
  Txn,
  TxnResult,
} from "./txn_types.ts";

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
  /** The revision at which that was so. */
  readonly revision: bigint;
  /** Set if the store has gone back meanwhile. */
  readonly lost: HistoryLostError | undefined;
}

/** How to look. */
export interface LookOptions {
  readonly action: string;
  /** The newest revision that was seen before. */
  readonly seenAt: bigint;
  /** Runs a transaction until it is answered. */
  run(txn: LookTxn): Promise<LookResult>;
}

type LookTxn = Txn<readonly [RangeOperation], readonly [RangeOperation]>;
type LookResult = TxnResult<
  readonly [RangeOperation],
  readonly [RangeOperation]
>;

/**
 * Looks whether a place is still there, and who has the one before it: from
 * the nearest key on. Nobody enters before it meanwhile, so that no later page
 * makes an earlier one untrue; but a store that goes back does.
 */
export async function lookAt(
  place: QueuePlace,
  { action, seenAt, run }: LookOptions,
): Promise<Look> {
  const { queue } = place;
  const start: QueuePage = { limit: 1, from: place.revision - 1n };
  let page = start;
  let revision = seenAt;
  let lost: HistoryLostError | undefined;
  for (;;) {
    const { header, succeeded: held, results } = await run(
      lookAtPage(place, page),
    );
    const gone = wentBack(action, { from: revision, to: header.revision });
    ({ revision } = header);
    lost = gone ?? lost;
    const { kvs } = results[0];
    if (!held) {
      const detached = isPlace(place, kvs[0]);
      return { held, detached, before: undefined, revision, lost };
    }
    const before = kvs.find(queue.counts)?.key;
    const next = gone !== undefined && page !== start
      ? start
      : queue.nextPage(kvs, page.limit);
    if (before !== undefined || next === undefined) {
      return { held, detached: false, before, revision, lost };
    }
    page = next;
  }
}

/** Reads a page of what stands before a place, if that still counts. */
function lookAtPage(
  { queue, key, held }: QueuePlace,
  { limit, from: maxCreateRevision }: QueuePage,
): LookTxn {
  const options = { ...BY_AGE, order: "descend", limit } as const;
  return {
    if: held,
    then: [op.range(queue.range, { ...options, maxCreateRevision })],
    // Without a range in each branch, a member that is behind may answer.
    else: [op.range(key, { keysOnly: true })],
  };
}

function isPlace(
  { revision }: QueuePlace,
  kv: KeyValue | undefined,
): boolean {
  return kv?.createRevision === revision;
}

/** What it means if a look finds an older revision than was seen before. */
function wentBack(
  action: string,
  { from: receivedRevision, to: currentRevision }: {
    readonly from: bigint;
    readonly to: bigint;
  },
): HistoryLostError | undefined {
  if (currentRevision >= receivedRevision) return undefined;
  return historyLostError(action, { receivedRevision, currentRevision });
}
