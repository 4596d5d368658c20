import {
  openSession,
  type Session,
  type SessionOptions,
} from "../session/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import type { ElectionService, LockService } from "../server_locks/mod.ts";
import type { Key, KeyRange, KeyValue, Value } from "../values/mod.ts";
import type {
  ConditionalDeleteOptions,
  ConditionalDeleteResult,
  ConditionalPutOptions,
  ConditionalPutResult,
  DeleteOptions,
  DeleteResult,
  Kv,
  ListOptions,
  Operation,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  ReadOptions,
  Txn,
  TxnResult,
} from "../kv/mod.ts";
import type { Leases } from "../lease/mod.ts";
import type { Watch, WatchOptions } from "../watch/mod.ts";

/**
 * A set of keys and the calls on them. It is all keys of a cluster, as the client
 * itself, or those below a prefix, see {@linkcode Keyspace.namespace}.
 */
export abstract class Keyspace {
  /** All calls on keys; the most common ones are methods here, too. */
  abstract readonly kv: Kv;
  /** Leases, which are the same for all keys. */
  abstract readonly lease: Leases;
  /** The lock service of the server; see {@linkcode Session.lock} as well. */
  abstract readonly lock: LockService;
  /** The election service; see {@linkcode Session.campaign} as well. */
  abstract readonly election: ElectionService;

  /**
   * Starts a watch on a key or a range. It has no time limit, and goes on
   * across reconnects without a gap or a repetition, see {@linkcode Watch}.
   *
   * Throws the reason of a `signal` that is aborted already.
   *
   * @throws {InvalidOptionError} If an option is not acceptable.
   */
  abstract watch(keyOrRange: Key | KeyRange, options?: WatchOptions): Watch;

  /**
   * Gives the keys below a prefix, as if there were no others: the prefix is put
   * before every key and name that is sent, and taken off every key that comes
   * back. It may be any bytes. A separator is part of it, as in `"app/"`. A
   * namespace has nothing to close and lives as long as the client.
   *
   * ```ts
   * import { Client } from "@etcdeno/client";
   *
   * await using client = new Client({ endpoints: "http://127.0.0.1:2379" });
   * const app = client.namespace("app/");
   * const test = app.namespace("test/");
   * // test.put("x", "1") writes the key app/test/x.
   * console.log(typeof test.put);
   * ```
   *
   * @throws {InvalidOptionError} If the prefix is empty.
   */
  abstract namespace(prefix: Key): Keyspace;

  /**
   * Opens a session: a lease that is kept alive, and the locks and leaderships
   * that end with it. The lease is a new one, or that of the option `lease`.
   *
   * @throws {InvalidOptionError} If an option is not acceptable.
   * @throws {LeaseNotFoundError} If there is no such `lease`.
   * @throws {LeaseLostError} If the `lease` ends before it is renewed.
   * @throws {NoSpaceError} If the database is full.
   */
  session(options?: SessionOptions): Promise<Session> {
    return openSession(this, options);
  }

  /** Reads one key, as {@linkcode Client.get} does. */
  get(
    key: Key,
    options?: ReadOptions & CallOptions,
  ): Promise<KeyValue | undefined> {
    return this.kv.get(key, options);
  }

  /** Reads a range in one request, as {@linkcode Client.range} does. */
  range(
    range: Key | KeyRange,
    options?: RangeOptions & CallOptions,
  ): Promise<RangeResult> {
    return this.kv.range(range, options);
  }

  /** Reads a range of any size in pages, as {@linkcode Client.list} does. */
  list(
    range: Key | KeyRange,
    options?: ListOptions & CallOptions,
  ): AsyncIterableIterator<KeyValue> {
    return this.kv.list(range, options);
  }

  /** Writes one key if it is as expected, as {@linkcode Kv.put} does. */
  put(
    key: Key,
    value: Value,
    options: ConditionalPutOptions & CallOptions,
  ): Promise<ConditionalPutResult>;
  /** Writes one key, as {@linkcode Client.put} does. */
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

  /** Deletes one key if it is as expected, as {@linkcode Kv.delete} does. */
  delete(
    key: Key,
    options: ConditionalDeleteOptions & CallOptions,
  ): Promise<ConditionalDeleteResult>;
  /** Deletes a key or a range, as {@linkcode Client.delete} does. */
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

  /** Runs a transaction, as {@linkcode Client.txn} does. */
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
