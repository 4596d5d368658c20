import type { BatchMode } from "../batch/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import type { Key, KeyRange, KeyValue, Value } from "../values/mod.ts";
import type {
  ConditionalDeleteOptions,
  ConditionalDeleteResult,
  ConditionalPutOptions,
  ConditionalPutResult,
} from "./condition_types.ts";
import type { Operation, Txn, TxnResult } from "./txn_types.ts";
import type {
  CompactOptions,
  CompactResult,
  DeleteOptions,
  DeleteResult,
  ListOptions,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  ReadOptions,
} from "./types.ts";

/**
 * Calls that read and write keys.
 *
 * Reads are repeated, as the balancer strategy decides. Writes are sent at most
 * once, unless they were certainly not applied: `maybeCommitted` on the error
 * says whether one may have been.
 *
 * Every call throws an `EtcdError`, or the reason of its `signal`.
 */
export interface Kv {
  /**
   * Reads one key; resolves to `undefined` if there is none.
   *
   * ```ts ignore
   * const found = await client.kv.get("greeting");
   * console.log(found?.value.text(), found?.modRevision);
   * ```
   */
  get(
    key: Key,
    options?: ReadOptions & CallOptions,
  ): Promise<KeyValue | undefined>;
  /**
   * Reads a range in one request. Server and client hold it in memory whole: for
   * large ranges see {@linkcode Kv.list}. An answer of very many keys is read in
   * turns with other work; one within a transaction is not.
   *
   * ```ts ignore
   * const { kvs, count } = await client.kv.range(prefix("jobs/"), {
   *   sortBy: "create",
   *   limit: 10,
   * });
   * ```
   */
  range(
    range: Key | KeyRange,
    options?: RangeOptions & CallOptions,
  ): Promise<RangeResult>;
  /**
   * Reads a range of any size in pages, all at one revision: that of the
   * first page, or the one given. From etcd 3.7 on, what follows the first
   * page is one stream, read as it is needed. `timeoutMs` is the time for each
   * page, or for each wait for the next part of the stream.
   *
   * ```ts ignore
   * for await (const { key, value } of client.kv.list(prefix("jobs/"))) {
   *   console.log(key.text(), value.json());
   * }
   * ```
   */
  list(
    range: Key | KeyRange,
    options?: ListOptions & CallOptions,
  ): AsyncIterableIterator<KeyValue>;
  /**
   * Writes one key if it is as it was read, or if it does not exist; nothing
   * can come between. If that does not hold, nothing is written, and `current`
   * is the key as it is.
   *
   * It is a transaction, for which a user needs the right to read the key as
   * well. It is sent at most once, unless it was certainly not applied. So
   * `succeeded: false` is never the echo of a write of its own: a call whose
   * answer is lost throws, and `maybeCommitted` on the error says that the key
   * has to be read to know. In a batching client it is not kept in order with
   * puts and deletes that still wait.
   *
   * ```ts ignore
   * const made = await client.kv.put("leader", "me", { ifAbsent: true });
   * if (!made.succeeded) console.log(made.current?.value.text());
   * ```
   */
  put(
    key: Key,
    value: Value,
    options: ConditionalPutOptions & CallOptions,
  ): Promise<ConditionalPutResult>;
  /**
   * Writes one key.
   *
   * ```ts ignore
   * await client.kv.put("greeting", "hello");
   * await client.kv.put("online/me", "", { lease });
   * ```
   */
  put(
    key: Key,
    value: Value,
    options?: PutOptions & CallOptions,
  ): Promise<PutResult>;
  /**
   * Deletes one key if it is as it was read, with the guarantees of a put with a
   * condition.
   *
   * ```ts ignore
   * await client.kv.delete("jobs/1", { ifModRevision: job.modRevision });
   * ```
   */
  delete(
    key: Key,
    options: ConditionalDeleteOptions & CallOptions,
  ): Promise<ConditionalDeleteResult>;
  /**
   * Deletes a key or a range.
   *
   * ```ts ignore
   * const { deleted } = await client.kv.delete(prefix("jobs/"));
   * ```
   */
  delete(
    range: Key | KeyRange,
    options?: DeleteOptions & CallOptions,
  ): Promise<DeleteResult>;
  /**
   * Runs a transaction. One that only reads is repeated like a read.
   *
   * ```ts ignore
   * const { succeeded } = await client.kv.txn({
   *   if: [compare.version("jobs/1", "=", 0n)],
   *   then: [op.put("jobs/1", "mine")],
   *   else: [op.get("jobs/1")],
   * });
   * ```
   */
  txn<
    const Then extends readonly Operation[] = [],
    const Else extends readonly Operation[] = [],
  >(
    txn: Txn<Then, Else>,
    options?: CallOptions,
  ): Promise<TxnResult<Then, Else>>;
  /**
   * Gives the same calls, which share requests while others are in flight: with
   * `"reads"` single-key gets, with `"all"` puts and deletes as well. That is
   * much faster for many calls at once, and no slower for one. Writes of one
   * request have the same revision, and their events are delivered together.
   *
   * ```ts ignore
   * const kv = client.kv.batched();
   * await Promise.all(names.map((name) => kv.put(name, "1")));
   * ```
   *
   * @throws {InvalidOptionError} If the mode is another one.
   */
  batched(mode?: Exclude<BatchMode, "off">): Kv;
  /** Removes the history before a revision: reads there fail from then on. */
  compact(revision: bigint, options?: CompactOptions): Promise<CompactResult>;
}
