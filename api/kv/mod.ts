/**
 * Keys and values: reads, writes, transactions.
 *
 * @module
 */
export { rangeStreams } from "./_range_stream.ts";
export { type Batching, KvFacet } from "./_facet.ts";
export type { Kv } from "./kv.ts";
export {
  compare,
  type CompareBuilder,
  op,
  type OperationBuilder,
} from "./txn.ts";
export type {
  BranchResults,
  Comparison,
  DeleteOperation,
  GetOperation,
  Operation,
  OperationResult,
  PutOperation,
  RangeOperation,
  Relation,
  Txn,
  TxnOperation,
  TxnResult,
} from "./txn_types.ts";
export type {
  ConditionalDeleteOptions,
  ConditionalDeleteResult,
  ConditionalPutOptions,
  ConditionalPutResult,
  ConditionFailed,
  PutIfAbsentOptions,
  PutIfUnchangedOptions,
} from "./condition_types.ts";
export type {
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
  RevisionFilter,
  SortTarget,
} from "./types.ts";
