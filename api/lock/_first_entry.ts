import { nextPage, type Queue, type QueuePage, readPage } from "./_queue.ts";
import type { KeyValue, ResponseHeader } from "../values/mod.ts";
import {
  compare,
  op,
  type Operation,
  type RangeResult,
  type Txn,
  type TxnResult,
} from "../kv/mod.ts";

/** Runs a transaction until it is answered. */
export type RunTxn = <
  const Then extends readonly Operation[] = [],
  const Else extends readonly Operation[] = [],
>(txn: Txn<Then, Else>) => Promise<TxnResult<Then, Else>>;

/** The first entry of a queue, if there is any. */
export interface FirstEntry {
  readonly header: ResponseHeader;
  readonly first: KeyValue | undefined;
  /** Whether its value, and maybe its lease, was left out. */
  readonly keysOnly: boolean;
}

const START: QueuePage = { limit: 1, from: 0n };

// Less than the operations that etcd takes in a transaction.
const MOST_COMPARED = 100;

/** Tells when an answer is of an older revision than the one before it. */
export function noticingRollback(
  run: RunTxn,
  { seenAt, onRollback }: {
    readonly seenAt: bigint;
    onRollback(from: bigint, to: bigint): void;
  },
): RunTxn {
  let last = seenAt;
  return async (txn) => {
    const answer = await run(txn);
    const { revision } = answer.header;
    if (revision < last) onRollback(last, revision);
    last = revision;
    return answer;
  };
}

/**
 * Finds the first entry of a queue. Its value is only read if no other key is
 * before it.
 */
export async function findFirstEntry(
  queue: Queue,
  run: RunTxn,
): Promise<FirstEntry> {
  let page = START;
  let wentBack = false;
  const onRollback = () => wentBack = true;
  const careful = noticingRollback(run, { seenAt: 0n, onRollback });
  for (;;) {
    const { header, kvs } = await readFrom(queue, page, careful);
    const first = await firstEntryOnPage({ queue, kvs, page }, careful);
    const next = nextPage(kvs, page.limit);
    if (wentBack) page = START;
    else if (first === undefined && next !== undefined) page = next;
    else return { header, first, keysOnly: page.limit > 1 };
    wentBack = false;
  }
}

async function readFrom(
  { range }: Queue,
  page: QueuePage,
  run: RunTxn,
): Promise<Pick<RangeResult, "header" | "kvs">> {
  const { from: minCreateRevision } = page;
  const options = { ...readPage(page, "ascend"), minCreateRevision };
  const then = [op.range(range, options)] as const;
  const { header, results } = await run({ then });
  return { header, kvs: results[0]?.kvs ?? [] };
}

/** The first key of a page that is an entry. */
export async function firstEntryOnPage(
  { queue, kvs, page }: {
    readonly queue: Queue;
    readonly kvs: readonly KeyValue[];
    readonly page: QueuePage;
  },
  run: RunTxn,
): Promise<KeyValue | undefined> {
  if (page.limit === 1) return kvs.find(queue.isEntry);
  // Where values are left out, etcd 3.7 leaves the leases out as well.
  const doubtful: KeyValue[] = [];
  let certain: KeyValue | undefined;
  for (const kv of kvs) {
    if (queue.isEntry(kv)) {
      certain = kv;
      break;
    }
    if (kv.lease === 0n && queue.leaseOf(kv.key)) doubtful.push(kv);
  }
  for (let at = 0; at < doubtful.length; at += MOST_COMPARED) {
    const some = doubtful.slice(at, at + MOST_COMPARED);
    const found = await firstAttached(queue, some, run);
    if (found !== undefined) return found;
  }
  return certain;
}

/** The first of some keys that is attached to the lease it is named after. */
async function firstAttached(
  queue: Queue,
  kvs: readonly KeyValue[],
  run: RunTxn,
): Promise<KeyValue | undefined> {
  const [one] = kvs;
  if (one === undefined) return undefined;
  const { succeeded: none } = await run({
    if: kvs.map(({ key }) =>
      compare.lease(key, "!=", queue.leaseOf(key) ?? 0n)
    ),
    // Without a range in each branch, a member that is behind may answer.
    then: [op.range(one.key, { keysOnly: true })],
    else: [op.range(one.key, { keysOnly: true })],
  });
  if (none) return undefined;
  if (kvs.length === 1) return one;
  const half = kvs.length >> 1;
  return await firstAttached(queue, kvs.slice(0, half), run) ??
    await firstAttached(queue, kvs.slice(half), run);
}
