import { checkInt64, Signature } from "../../api/checks/mod.ts";
import { madeIn, prefixOf } from "../../api/values/mod.ts";
import type {
  CallOptions,
  ConditionalDeleteOptions,
  ConditionalDeleteResult,
  ConditionalPutOptions,
  ConditionalPutResult,
  DeleteOptions,
  DeleteResult,
  ElectionService,
  Key,
  KeyRange,
  Keyspace,
  KeyValue,
  Kv,
  Leases,
  ListOptions,
  LockService,
  Operation,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  ReadOptions,
  Session,
  SessionOptions,
  Txn,
  TxnResult,
  Value,
  Watch,
  WatchOptions,
} from "../../mod.ts";
import { MonotonicKv } from "./_kv.ts";
import type { Reads } from "./_reads.ts";
import { MonotonicWatch } from "./_watch.ts";
import type { MonotonicKeyspace } from "./types.ts";

const OBSERVE = new Signature("observe", {});

/** The keys of a keyspace, and what was seen of it. */
export class MonotonicKeys implements MonotonicKeyspace {
  readonly kv: Kv;
  readonly #keys: Keyspace;
  readonly #reads: Reads;

  constructor(keys: Keyspace, reads: Reads) {
    // Other recipes ask which keyspace this is.
    madeIn(this, prefixOf(keys));
    this.#keys = keys;
    this.#reads = reads;
    this.kv = new MonotonicKv(keys.kv, reads);
  }

  get lease(): Leases {
    return this.#keys.lease;
  }

  get lock(): LockService {
    return this.#keys.lock;
  }

  get election(): ElectionService {
    return this.#keys.election;
  }

  get seenRevision(): bigint {
    return this.#reads.seen.revision;
  }

  observe(revision: bigint): void {
    OBSERVE.take(undefined, () => checkInt64("revision", revision));
    this.#reads.seen.note(revision);
  }

  forget(): void {
    this.#reads.seen.forget();
  }

  namespace(prefix: Key): MonotonicKeyspace {
    return new MonotonicKeys(this.#keys.namespace(prefix), this.#reads);
  }

  watch(keyOrRange: Key | KeyRange, options?: WatchOptions): Watch {
    const { seen } = this.#reads;
    const watch = this.#keys.watch(keyOrRange, options);
    // One from now on may begin at a member that is behind.
    const floor = options?.startRevision ? 0n : seen.revision;
    return new MonotonicWatch(watch, { seen, floor });
  }

  session(options?: SessionOptions): Promise<Session> {
    return this.#keys.session(options);
  }

  get(
    key: Key,
    options?: ReadOptions & CallOptions,
  ): Promise<KeyValue | undefined> {
    return this.kv.get(key, options);
  }

  range(
    range: Key | KeyRange,
    options?: RangeOptions & CallOptions,
  ): Promise<RangeResult> {
    return this.kv.range(range, options);
  }

  list(
    range: Key | KeyRange,
    options?: ListOptions & CallOptions,
  ): AsyncIterableIterator<KeyValue> {
    return this.kv.list(range, options);
  }

  put(
    key: Key,
    value: Value,
    options: ConditionalPutOptions & CallOptions,
  ): Promise<ConditionalPutResult>;
  put(
    key: Key,
    value: Value,
    options?: PutOptions & CallOptions,
  ): Promise<PutResult>;
  put(
    key: Key,
    value: Value,
    options?: PutOptions & CallOptions,
  ): Promise<PutResult | ConditionalPutResult> {
    return this.kv.put(key, value, options);
  }

  delete(
    key: Key,
    options: ConditionalDeleteOptions & CallOptions,
  ): Promise<ConditionalDeleteResult>;
  delete(
    range: Key | KeyRange,
    options?: DeleteOptions & CallOptions,
  ): Promise<DeleteResult>;
  delete(
    range: Key | KeyRange,
    options?: DeleteOptions & CallOptions,
  ): Promise<DeleteResult | ConditionalDeleteResult> {
    return this.kv.delete(range, options);
  }

  txn<
    const Then extends readonly Operation[] = [],
    const Else extends readonly Operation[] = [],
  >(
    txn: Txn<Then, Else>,
    options?: CallOptions,
  ): Promise<TxnResult<Then, Else>> {
    return this.kv.txn(txn, options);
  }
}
