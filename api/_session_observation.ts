import { EtcdError } from "../errors/etcd_error.ts";
import { CompactedError } from "../errors/specific_errors.ts";
import { pause } from "./_waits.ts";
import type { QueueKeys } from "./_session_place.ts";
import { encodeBytes } from "./bytes.ts";
import type { KeyValue, ResponseHeader } from "./key_value.ts";
import { own, prefix } from "./keys.ts";

const PAUSE_MS = 100;

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
    await using watch = keys.watch(key ?? queue, {
      startRevision: header.revision + 1n,
      signal,
    });
    try {
      for await (const { type, kv } of watch.events()) {
        if (leader === undefined || type === "delete") break;
        told = kv.modRevision;
        yield kv;
      }
    } catch (error) {
      // What has happened is forgotten: what is so now is told.
      if (!(error instanceof CompactedError)) throw error;
    }
  }
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
