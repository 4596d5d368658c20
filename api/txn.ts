import type { Key, KeyRange, Value } from "./keys.ts";
import type {
  DeleteOptions,
  PutOptions,
  RangeOptions,
  ReadOptions,
} from "./kv_types.ts";
import type {
  Comparison,
  DeleteOperation,
  GetOperation,
  Operation,
  PutOperation,
  RangeOperation,
  Relation,
  Txn,
  TxnOperation,
} from "./txn_types.ts";

/** Makes the conditions of a transaction. Over a range, every key counts. */
export interface CompareBuilder {
  /** How often the key has changed; 0 if it does not exist. */
  version(key: Key | KeyRange, is: Relation, value: bigint): Comparison;
  /** The revision that created the key; 0 if it does not exist. */
  createRevision(key: Key | KeyRange, is: Relation, value: bigint): Comparison;
  /** The revision that last changed the key; 0 if it does not exist. */
  modRevision(key: Key | KeyRange, is: Relation, value: bigint): Comparison;
  /** The value; a key that does not exist fulfils no such condition. */
  value(key: Key | KeyRange, is: Relation, value: Value): Comparison;
  /** The lease the key is attached to; 0 for none. */
  lease(key: Key | KeyRange, is: Relation, value: bigint): Comparison;
}

/** Makes the operations of a transaction. */
export interface OperationBuilder {
  /** Reads one key. */
  get(key: Key, options?: ReadOptions): GetOperation;
  /** Reads a range. */
  range(key: Key | KeyRange, options?: RangeOptions): RangeOperation;
  /** Writes one key. */
  put(key: Key, value: Value, options?: PutOptions): PutOperation;
  /** Deletes a key or a range. */
  delete(key: Key | KeyRange, options?: DeleteOptions): DeleteOperation;
  /** Runs a transaction within the transaction. */
  txn<
    const Then extends readonly Operation[] = [],
    const Else extends readonly Operation[] = [],
  >(txn: Txn<Then, Else>): TxnOperation<Then, Else>;
}

/**
 * Makes the conditions of a transaction.
 *
 * ```ts
 * import { compare } from "@etcdeno/client";
 *
 * const isNew = compare.version("jobs/1", "=", 0n);
 * console.log(isNew.target);
 * ```
 */
export const compare: CompareBuilder = {
  version: (key, relation, value) => ({
    target: "version",
    key,
    relation,
    value,
  }),
  createRevision: (key, relation, value) => ({
    target: "create",
    key,
    relation,
    value,
  }),
  modRevision: (key, relation, value) => ({
    target: "mod",
    key,
    relation,
    value,
  }),
  value: (key, relation, value) => ({ target: "value", key, relation, value }),
  lease: (key, relation, value) => ({ target: "lease", key, relation, value }),
};

/**
 * Makes the operations of a transaction.
 *
 * ```ts
 * import { op } from "@etcdeno/client";
 *
 * const claim = op.put("jobs/1", "mine");
 * console.log(claim.kind);
 * ```
 */
export const op: OperationBuilder = {
  get: (key, options = {}) => ({ kind: "get", key, options }),
  range: (key, options = {}) => ({ kind: "range", key, options }),
  put: (key, value, options = {}) => ({ kind: "put", key, value, options }),
  delete: (key, options = {}) => ({ kind: "delete", key, options }),
  txn: (txn) => ({ kind: "txn", txn }),
};
