import { EtcdError } from "../errors/etcd_error.ts";
import { HistoryLostError } from "../errors/history_lost_error.ts";
import { CompactedError } from "../errors/specific_errors.ts";
import { keyId } from "./_key_id.ts";
import { watchRead } from "./_session_watch.ts";
import { pause } from "./_waits.ts";
import type { QueueKeys } from "./_session_place.ts";
import { encodeBytes } from "./bytes.ts";
import type { KeyValue, ResponseHeader } from "./key_value.ts";
import { own, prefix } from "./keys.ts";

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
  const queue = prefix(Uint8Array.of(...name, ...encodeBytes("/")));
  let told = 0n;
  const find = async (): Promise<Found> => {
    const { header, kvs: [leader] } = await keys.kv.range(queue, {
      sortBy: "create",
      order: "ascend",
      limit: 1,
      signal,
    });
    return { header, leader };
  };
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
    await using watch = watchRead(keys, key ?? queue, {
      readAt: header.revision,
      signal,
      // What fails ends the watch as well.
      doubt: () => void recheck().catch(() => {}),
    });
    try {
      for await (const { type, kv } of watch.events()) {
        if (leader === undefined || type === "delete") break;
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
