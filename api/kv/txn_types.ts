import type {
  Key,
  KeyRange,
  KeyValue,
  ResponseHeader,
  Value,
} from "../values/mod.ts";
import type {
  DeleteOptions,
  DeleteResult,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  ReadOptions,
} from "./types.ts";

/** The relation between a key's field and the value of a comparison. */
export type Relation = "=" | "!=" | "<" | ">";

/** A condition of a transaction. Made by {@linkcode compare}. */
export interface Comparison {
  /** The field of the key that is compared. */
  readonly target: "version" | "create" | "mod" | "value" | "lease";
  /** The key, or a range of which every key must fulfil the condition. */
  readonly key: Key | KeyRange;
  /** The relation that must hold. */
  readonly relation: Relation;
  /** The value that the field is compared with. */
  readonly value: bigint | Value;
}

/** Reads one key. */
export interface GetOperation {
  /** Discriminator. */
  readonly kind: "get";
  /** The key. */
  readonly key: Key;
  /** The options of the read. */
  readonly options: ReadOptions;
}

/** Reads a range. */
export interface RangeOperation {
  /** Discriminator. */
  readonly kind: "range";
  /** The key or range. */
  readonly key: Key | KeyRange;
  /** The options of the read. */
  readonly options: RangeOptions;
}

/** Writes one key. */
export interface PutOperation {
  /** Discriminator. */
  readonly kind: "put";
  /** The key. */
  readonly key: Key;
  /** The new value. */
  readonly value: Value;
  /** The options of the put. */
  readonly options: PutOptions;
}

/** Deletes a key or a range. */
export interface DeleteOperation {
  /** Discriminator. */
  readonly kind: "delete";
  /** The key or range. */
  readonly key: Key | KeyRange;
  /** The options of the delete. */
  readonly options: DeleteOptions;
}

/** A transaction within a transaction. */
export interface TxnOperation<
  Then extends readonly Operation[] = readonly Operation[],
  Else extends readonly Operation[] = readonly Operation[],
> {
  /** Discriminator. */
  readonly kind: "txn";
  /** The inner transaction. */
  readonly txn: Txn<Then, Else>;
}

/** An operation of a transaction. Made by {@linkcode op}. */
export type Operation =
  | GetOperation
  | RangeOperation
  | PutOperation
  | DeleteOperation
  | TxnOperation;

/** A transaction: if all conditions hold, `then` is done, otherwise `else`. */
export interface Txn<
  Then extends readonly Operation[],
  Else extends readonly Operation[],
> {
  /** The conditions; all must hold. @default {[]} */
  readonly if?: readonly Comparison[] | undefined;
  /** The operations if all conditions hold. @default {[]} */
  readonly then?: Then | undefined;
  /** The operations if one does not. @default {[]} */
  readonly else?: Else | undefined;
}

/** The result of one operation. */
export type OperationResult<O extends Operation> = O extends GetOperation
  ? KeyValue | undefined
  : O extends RangeOperation ? RangeResult
  : O extends PutOperation ? PutResult
  : O extends DeleteOperation ? DeleteResult
  : O extends TxnOperation<infer Then, infer Else> ? TxnResult<Then, Else>
  : never;

/** The results of a branch's operations, in their order. */
export type BranchResults<Branch extends readonly Operation[]> = {
  readonly [At in keyof Branch]: OperationResult<Branch[At]>;
};

/** The result of a transaction; `succeeded` says which branch was done. */
export type TxnResult<
  Then extends readonly Operation[],
  Else extends readonly Operation[],
> =
  | {
    /** The answering member's header. */
    readonly header: ResponseHeader;
    /** The conditions held: `then` was done. */
    readonly succeeded: true;
    /** The results of its operations. */
    readonly results: BranchResults<Then>;
  }
  | {
    /** The answering member's header. */
    readonly header: ResponseHeader;
    /** A condition did not hold: `else` was done. */
    readonly succeeded: false;
    /** The results of its operations. */
    readonly results: BranchResults<Else>;
  };
