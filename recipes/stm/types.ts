import type { Bytes, Key, KeyRange, LeaseRef } from "../../mod.ts";
import type { Codec } from "../codec/mod.ts";
import type { DoubtPolicy } from "../update/mod.ts";

/**
 * The level of isolation: how much a transaction notices of others. They are
 * those of Go's client, from the strictest to the loosest.
 *
 * - `serializableSnapshot`: all reads are of one revision, and all that was read
 *   is still so when the writes are done. No key that is written was changed
 *   since the snapshot, even if it was not read.
 * - `serializable`: the same, but a key that was not read is overwritten,
 *   whatever has become of it meanwhile.
 * - `repeatableReads`: each key has one value in a run, but different keys may
 *   be of different revisions; a run that saw such a mixture does not write.
 *   Keys may come into a range that was read.
 * - `readCommitted`: reads are of something that was once written, and nothing
 *   is compared: the writes are done in any case.
 */
export type Isolation =
  | "serializableSnapshot"
  | "serializable"
  | "repeatableReads"
  | "readCommitted";

/** Options of a read in a transaction. */
export interface StmReadOptions<T> {
  /** Makes values of bytes. @default {that of the transaction} */
  readonly codec: Codec<T>;
}

/** Options of a put in a transaction. */
export interface StmPutOptions {
  /** The lease to attach the key to, or its id. @default {none} */
  readonly lease?: LeaseRef | undefined;
}

/** A key in a range, as a transaction sees it. */
export interface StmEntry<T> {
  /** The key. */
  readonly key: Bytes;
  /** The value. */
  readonly value: T;
}

/**
 * One run of a transaction: reads are of etcd, writes are done together at its
 * end. Reads see the run's own writes. Reads that begin at once share a request.
 *
 * After the end of the run every method throws a `CanceledError`.
 */
export interface Tx<T> {
  /**
   * Reads a key; `undefined` if there is none.
   *
   * @throws {CodecError} If the value does not decode.
   */
  get(key: Key): Promise<T | undefined>;
  /** Reads a key of another codec. */
  get<U>(key: Key, options: StmReadOptions<U>): Promise<U | undefined>;
  /**
   * Reads a range, in the order of its keys. In the levels that are
   * serializable, keys that come into the range or leave it are a conflict, in
   * `repeatableReads` only changes of those that were read. It takes a
   * condition for itself, and one for each key.
   *
   * @throws {CodecError} If a value does not decode.
   */
  range(range: KeyRange): Promise<readonly StmEntry<T>[]>;
  /** Reads a range of another codec. */
  range<U>(
    range: KeyRange,
    options: StmReadOptions<U>,
  ): Promise<readonly StmEntry<U>[]>;
  /**
   * Reads the revision of a key's last change; `0n` if there is no key. The
   * run's own writes do not change it.
   */
  revision(key: Key): Promise<bigint>;
  /**
   * Writes a key, at the end of the run.
   *
   * @throws {CodecError} If the value does not encode.
   */
  put(key: Key, value: T, options?: StmPutOptions): void;
  /** Writes a key of another codec. */
  put<U>(key: Key, value: U, options: StmPutOptions & StmReadOptions<U>): void;
  /** Deletes a key, at the end of the run. */
  delete(key: Key): void;
}

/**
 * The function of a transaction. It is called again after each conflict, so that
 * it should do nothing but read and write by its parameter.
 */
export type Transact<T, R> = (tx: Tx<T>) => R | Promise<R>;

/** Options of {@linkcode stm}. */
export interface StmOptions {
  /** The level of isolation. @default {"serializableSnapshot"} */
  readonly isolation?: Isolation | undefined;
  /**
   * Keys and ranges that are read in one request before the function runs. Those
   * it does not ask for are no part of the transaction.
   *
   * @default {none}
   */
  readonly prefetch?: readonly (Key | KeyRange)[] | undefined;
  /**
   * The most times the function is called; a conflict costs one.
   *
   * @default {no limit}
   */
  readonly attempts?: number | undefined;
  /**
   * The way to tell whether the writes were done, if the answer was lost and the
   * keys have had the very same bytes since.
   *
   * @default {"throw"}
   */
  readonly doubt?: DoubtPolicy | undefined;
  /** Ends it with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The time for everything in milliseconds, the function's included; `false`
   * for no limit.
   *
   * @default {30000}
   */
  readonly timeoutMs?: number | false | undefined;
}

/** Options of {@linkcode stm} for values that are not text. */
export interface CodecStmOptions<T> extends StmOptions {
  /** Makes values of bytes, and bytes of values. @default {text} */
  readonly codec: Codec<T>;
}

/** The result of {@linkcode stm}. */
export interface StmResult<R> {
  /** The value that the function gave. */
  readonly value: R;
  /**
   * The revision that made the writes. Without any, the one that the reads are
   * of, and the newest if they are of several; `0n` if there are no reads.
   */
  readonly revision: bigint;
  /** The times that the function was called. */
  readonly attempts: number;
}
