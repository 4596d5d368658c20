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
import { findFirstEntry } from "./_first_entry.ts";
import { watchAfterRead } from "./_watch_after_read.ts";
import { pause } from "../waiting/mod.ts";
import type { QueueKeys } from "./_keys.ts";

const PAUSE_MS = 100;

/** The identity of a leader's entry: no other one has both. */
interface EntryId extends Pick<KeyValue, "createRevision"> {
  readonly key: Uint8Array;
}

interface Found {
  readonly header: ResponseHeader;
  readonly leader: KeyValue | undefined;
}

/** Yields the first entry of a queue each time that or its value changes. */
export async function* observeQueue(
  keys: QueueKeys,
  name: Uint8Array,
  signal: AbortSignal,
): AsyncGenerator<KeyValue, void, undefined> {
  yield* new QueueObserver(keys, new Queue(name), signal).run();
}

class QueueObserver {
  readonly #keys: QueueKeys;
  readonly #queue: Queue;
  readonly #signal: AbortSignal;
  /**
   * The revision that wrote what was yielded last. None writes the keys of two
   * leaders, so that it stands for one state; 0 if the next one is yielded in
   * any case.
   */
  #yielded = 0n;

  constructor(keys: QueueKeys, queue: Queue, signal: AbortSignal) {
    this.#keys = keys;
    this.#queue = queue;
    this.#signal = signal;
  }

  async *run(): AsyncGenerator<KeyValue, void, undefined> {
    for (;;) {
      const { header, leader } = await this.#find();
      // Copied first, as who is given the leader may write to it.
      const key = own(leader?.key);
      if (leader !== undefined && leader.modRevision !== this.#yielded) {
        this.#yielded = leader.modRevision;
        yield leader;
      }
      const entry = leader && key && { ...leader, key };
      try {
        yield* this.#changes(entry, header.revision);
      } catch (error) {
        // What has happened is forgotten: the state is read and yielded.
        if (error instanceof HistoryLostError) this.#yielded = 0n;
        else if (!(error instanceof CompactedError)) throw error;
      }
    }
  }

  /** Yields new values of this leader; ends when it may lead no more. */
  async *#changes(
    leader: EntryId | undefined,
    readAt: bigint,
  ): AsyncGenerator<KeyValue, void, undefined> {
    const queue = this.#queue;
    const recheck = async () => {
      const now = await this.#find();
      if (isSameEntry(now.leader, leader)) return;
      this.#yielded = 0n;
      await watch.close();
    };
    const watch = watchAfterRead(this.#keys, leader?.key ?? queue.range, {
      readAt,
      noDelete: leader === undefined,
      signal: this.#signal,
      // What fails ends the watch as well.
      onStale: () => void recheck().catch(() => {}),
    });
    try {
      for await (const { type, kv } of watch.events()) {
        const isEntry = type === "put" && queue.isEntry(kv);
        if (leader === undefined) {
          // Without a leader, a key that is no entry does not matter.
          if (isEntry) return;
          continue;
        }
        if (!isEntry) return;
        this.#yielded = kv.modRevision;
        yield kv;
      }
    } finally {
      await watch.close();
    }
  }

  /** Reads who leads, with the value, until that is answered. */
  async #find(): Promise<Found> {
    for (;;) {
      try {
        return await findLeader(this.#keys, this.#queue, this.#signal);
      } catch (error) {
        this.#signal.throwIfAborted();
        if (!EtcdError.from(error).retryable) throw error;
      }
      await pause(PAUSE_MS, { signal: this.#signal });
    }
  }
}

async function findLeader(
  { kv }: Pick<QueueKeys, "kv">,
  queue: Queue,
  signal: AbortSignal,
): Promise<Found> {
  for (;;) {
    const { header, first, keysOnly } = await findFirstEntry(
      queue,
      (txn) => kv.txn(txn, { signal }),
    );
    if (first === undefined || !keysOnly) return { header, leader: first };
    const now = await kv.range(first.key, { signal });
    const [leader] = now.kvs;
    // It may have left meanwhile.
    if (
      leader?.createRevision === first.createRevision && queue.isEntry(leader)
    ) {
      return { header: now.header, leader };
    }
  }
}

function isSameEntry(
  now: EntryId | undefined,
  before: EntryId | undefined,
): boolean {
  if (now === undefined || before === undefined) return now === before;
  return now.createRevision === before.createRevision &&
    keyId(now.key) === keyId(before.key);
}
