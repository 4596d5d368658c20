import type { HistoryLostError } from "../errors/history_lost_error.ts";
import { historyLostError } from "./_watch_errors.ts";
import type { KeyRange } from "./keys.ts";
import type { RangeOptions } from "./kv_types.ts";
import { compare, op } from "./txn.ts";
import type { RangeOperation, Txn } from "./txn_types.ts";

/** Asks for the first of a queue. */
export const FIRST: RangeOptions = {
  sortBy: "create",
  order: "ascend",
  limit: 1,
  keysOnly: true,
};

/** A place in a queue. */
export interface QueuePlace {
  readonly key: Uint8Array;
  /** The revision at which it was created. */
  readonly revision: bigint;
}

/** Holds if the place is still there, and then reads the one before it. */
export function lookAt(
  { key, revision }: QueuePlace,
  queue: KeyRange,
): Txn<readonly [RangeOperation], readonly [RangeOperation]> {
  const maxCreateRevision = revision - 1n;
  return {
    if: [compare.createRevision(key, "=", revision)],
    then: [op.range(queue, { ...FIRST, maxCreateRevision, order: "descend" })],
    // Without a range in each branch, a member that is behind may answer.
    else: [op.range(key, FIRST)],
  };
}

/** What it means if a look finds an older revision than was seen before. */
export function wentBack(
  action: string,
  { from: receivedRevision, to: currentRevision }: {
    readonly from: bigint;
    readonly to: bigint;
  },
): HistoryLostError | undefined {
  if (currentRevision >= receivedRevision) return undefined;
  return historyLostError(action, { receivedRevision, currentRevision });
}
