import type {
  Bytes,
  Comparison,
  KeyRange,
  KeyValue,
  PutOperation,
  RangeOptions,
  Session,
} from "../../mod.ts";
import type { Codec } from "../codec/mod.ts";

/** Options of a queue of any kind. */
export interface QueueOptions<T> {
  /** The way from values to bytes and back, such as `json()`. */
  readonly codec: Codec<T>;
  /**
   * The session of the keys that lost answers are cleared up by. It stays yours to
   * close.
   *
   * @default {one of its own, opened when it is first needed, and again when it
   * was lost}
   */
  readonly session?: Session | undefined;
  /**
   * The seconds of a session of its own. When this process is gone, the next
   * consumer takes over the wait for items after this time.
   *
   * @default {10}
   */
  readonly ttlSeconds?: number | undefined;
}

/** An item of a queue. */
export interface QueueItem<T> {
  /** The value. */
  readonly value: T;
  /** The key that it has, or had, in etcd: no other item has the same at once. */
  readonly key: Bytes;
  /** The revision that made the key. */
  readonly revision: bigint;
}

/** Options of an iteration over items. */
export interface QueueItemsOptions {
  /** Ends the iteration: it throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A key whose item is put or taken, and its bytes. */
export interface Stored {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** The keys of a kind of queue, and the order of its items. */
export interface ItemKeys {
  /** The name, as errors show it. */
  readonly shown: string;
  /** The keys that items are among. */
  readonly items: KeyRange;
  /** The lock of those who wait for an item. */
  readonly turn: Uint8Array;
  /** The start of the keys that writes are told apart by. */
  readonly lanes: Uint8Array;
  /** The order of items: the next one is the first by this. */
  readonly order: Pick<RangeOptions, "sortBy" | "order">;
  /** The most items that are read at once. */
  readonly mostItems: number;
  /** Whether a key is an item, and none to go past. */
  isItem(kv: KeyValue): boolean;
  /** True as long as no item is before this one, but for those gone past. */
  isNext(
    kv: KeyValue,
    passed: readonly Uint8Array[],
  ): readonly Comparison[];
  /** The writes that go with that of an item. */
  writtenWith(key: Uint8Array): readonly PutOperation[];
}
