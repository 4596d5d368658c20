import { EtcdError } from "../../errors/etcd_error.ts";
import { HistoryLostError } from "../../errors/history_lost_error.ts";
import { CompactedError } from "../../errors/specific_errors.ts";
import {
  keyId,
  type KeyValue,
  own,
  type ResponseHeader,
} from "../values/mod.ts";
import { Queue } from "./_queue.ts";
import { firstOf } from "./_first_entry.ts";
import { watchRead } from "./_watch_after_read.ts";
import { pause } from "../waiting/mod.ts";
import type { QueueKeys } from "./_contender.ts";

const PAUSE_MS = 100;

type Place = Pick<KeyValue, "createRevision"> & { readonly key: Uint8Array };

interface Found {
  readonly header: ResponseHeader;
  readonly leader: KeyValue | undefined;
}

/** Follows the first of a queue, and its value. */
export async function* observeQueue(
  keys: QueueKeys,
  name: Uint8Array,
  signal: AbortSignal,
): AsyncGenerator<KeyValue, void, undefined> {
  const queue = new Queue(name);
  let told = 0n;
  const find = () => findLeader(keys, queue, signal);
  for (;;) {
    const { header, leader } = await untilAnswered(find, signal);
    // First, as who is given the leader may write to it.
    const key = own(leader?.key);
    // No revision writes the keys of two leaders: it tells one state.
    if (leader !== undefined && leader.modRevision !== told) {
      told = leader.modRevision;
      yield leader;
    }
    const place = leader && key && { ...leader, key };
    const recheck = async () => {
      const now = await untilAnswered(find, signal);
      if (samePlace(now.leader, place)) return;
      told = 0n;
      await watch.close();
    };
    await using watch = watchRead(keys, key ?? queue.range, {
      readAt: header.revision,
      noDelete: leader === undefined,
      signal,
      // What fails ends the watch as well.
      doubt: () => void recheck().catch(() => {}),
    });
    try {
      for await (const { type, kv } of watch.events()) {
        const counts = type === "put" && queue.counts(kv);
        if (leader === undefined ? counts : !counts) break;
        // What is not in the queue does not matter to it.
        if (leader === undefined) continue;
        told = kv.modRevision;
        yield kv;
      }
    } catch (error) {
      // What has happened is forgotten: what is so now is told.
      if (error instanceof HistoryLostError) told = 0n;
      else if (!(error instanceof CompactedError)) throw error;
    }
  }
}

/** Who has the first place of a queue, with its value. */
async function findLeader(
  { kv }: Pick<QueueKeys, "kv">,
  queue: Queue,
  signal: AbortSignal,
): Promise<Found> {
  for (;;) {
    const { header, first, keysOnly } = await firstOf(
      queue,
      (txn) => kv.txn(txn, { signal }),
    );
    if (first === undefined || !keysOnly) return { header, leader: first };
    const now = await kv.range(first.key, { signal });
    const [leader] = now.kvs;
    // It may have left meanwhile.
    if (
      leader?.createRevision === first.createRevision && queue.counts(leader)
    ) {
      return { header: now.header, leader };
    }
  }
}

/** Whether it is the same place in the queue. */
function samePlace(now: Place | undefined, before: Place | undefined): boolean {
  if (now === undefined || before === undefined) return now === before;
  return now.createRevision === before.createRevision &&
    keyId(now.key) === keyId(before.key);
}

async function untilAnswered<T>(
  read: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      signal.throwIfAborted();
      if (!EtcdError.from(error).retryable) throw error;
    }
    await pause(PAUSE_MS, signal);
  }
}
