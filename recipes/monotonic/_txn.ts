import { own } from "../../api/values/mod.ts";
import {
  type Comparison,
  type Key,
  type KeyRange,
  op,
  type Operation,
  type Txn,
} from "../../mod.ts";

/** A transaction of any operations. */
export type AnyTxn = Txn<readonly Operation[], readonly Operation[]>;

/** A transaction with keys of its own, and how etcd answers it. */
export interface KeptTxn {
  readonly kind: "writes" | "linearizable" | "serializable";
  readonly txn: AnyTxn;
}

/** Copies a transaction; nothing of one that is none, or tells of no key. */
export function keepTxn(txn: AnyTxn): KeptTxn | undefined {
  try {
    if (isEmpty(txn)) return undefined;
    const kind = writes(txn)
      ? "writes"
      : isSerializable(txn)
      ? "serializable"
      : "linearizable";
    // One that writes is not sent again.
    return { kind, txn: kind === "writes" ? txn : ownTxn(txn) };
  } catch {
    // The call says what is wrong with it.
    return undefined;
  }
}

/** Whether a transaction may change something. */
function writes({ then = [], else: otherwise = [] }: AnyTxn): boolean {
  return [...then, ...otherwise].some((operation) => {
    if (operation.kind === "txn") return writes(operation.txn);
    return operation.kind === "put" || operation.kind === "delete";
  });
}

/** Whether a transaction neither reads nor changes anything. */
function isEmpty({ if: conditions, ...branches }: AnyTxn): boolean {
  const { then = [], else: otherwise = [] } = branches;
  return [...conditions ?? [], ...then, ...otherwise].length === 0;
}

/**
 * Whether a member answers a transaction that only reads from its own data. It
 * does if no operation asks for more: also if there is none.
 */
function isSerializable(txn: AnyTxn): boolean {
  return [...txn.then ?? [], ...txn.else ?? []].every((operation) =>
    (operation.kind === "get" || operation.kind === "range") &&
    operation.options.serializable === true
  );
}

/** A copy of a transaction, with keys of its own. */
function ownTxn(txn: AnyTxn): AnyTxn {
  return {
    if: txn.if?.map((one) => ({
      ...one,
      key: own(one.key),
      value: own(one.value),
    })),
    then: txn.then?.map(ownOperation),
    else: txn.else?.map(ownOperation),
  };
}

function ownOperation(operation: Operation): Operation {
  return operation.kind === "txn"
    ? { ...operation, txn: ownTxn(operation.txn) }
    : { ...operation, key: own(operation.key) } as Operation;
}

/** The same reads, so that the members agree on the answer. */
export interface AgreedTxn {
  readonly txn: AnyTxn;
  /** Whether it has one operation that was not asked for. */
  readonly hasExtra: boolean;
}

/** Makes a transaction of serializable reads one that the members agree on. */
export function agreedTxn(txn: AnyTxn): AgreedTxn {
  const branches = [...txn.then ?? [], ...txn.else ?? []];
  const condition = txn.if?.[0];
  if (branches.length > 0 || condition === undefined) {
    const then = txn.then?.map(agreed);
    return {
      txn: { ...txn, then, else: txn.else?.map(agreed) },
      hasExtra: false,
    };
  }
  // With conditions alone it is the operation that makes the difference.
  const extra = [op.range(firstKey(condition), { countOnly: true })];
  return { txn: { ...txn, then: extra, else: extra }, hasExtra: true };
}

function agreed(operation: Operation): Operation {
  return operation.kind === "get" || operation.kind === "range"
    ? {
      ...operation,
      options: { ...operation.options, serializable: false },
    } as Operation
    : operation;
}

/** A key that whoever may state the condition may read. */
function firstKey({ key }: Comparison): Key {
  return typeof key === "object" && "kind" in key
    ? (key as KeyRange).start
    : key as Key;
}
