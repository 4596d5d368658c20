import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import {
  type CompareInit,
  CompareResult,
  CompareTarget,
  type RequestOpInit,
  type ResponseOp,
  type TxnRequestInit,
  type TxnResponse,
} from "../../proto/gen/messages.ts";
import { fromBigInt } from "../../proto/int64.ts";
import {
  bounds,
  keyBytes,
  keyId,
  toBytes,
  toHeader,
  toKeyValues,
  type Value,
} from "../values/mod.ts";
import {
  checkInt64,
  checkLease,
  checkObject,
  checkOneOf,
  checkOptions,
  LIST,
  type OptionKinds,
} from "../checks/mod.ts";
import {
  deleteRequest,
  deleteResult,
  putRequest,
  putResult,
  rangeRequest,
  rangeResult,
} from "./_codec.ts";
import {
  DELETE_OPTIONS,
  PUT_OPTIONS,
  RANGE_OPTIONS,
  READ_OPTIONS,
} from "./_options.ts";
import { present } from "./_present.ts";
import type {
  Comparison,
  DeleteOperation,
  GetOperation,
  Operation,
  OperationResult,
  PutOperation,
  RangeOperation,
  Txn,
  TxnOperation,
  TxnResult,
} from "./txn_types.ts";

type AnyTxn = Txn<readonly Operation[], readonly Operation[]>;
type AnyResult = TxnResult<readonly Operation[], readonly Operation[]>;

const RESULT = {
  "=": CompareResult.EQUAL,
  "!=": CompareResult.NOT_EQUAL,
  "<": CompareResult.LESS,
  ">": CompareResult.GREATER,
} as const;

const TARGETS = ["version", "create", "mod", "value", "lease"] as const;

const OPTIONS_OF: ReadonlyMap<Operation["kind"], OptionKinds> = new Map([
  ["get", READ_OPTIONS],
  ["range", RANGE_OPTIONS],
  ["put", PUT_OPTIONS],
  ["delete", DELETE_OPTIONS],
]);

const TXN_PARTS: OptionKinds = { if: LIST, then: LIST, else: LIST };

/** The request of a transaction, checked. */
export function txnRequest(txn: AnyTxn): TxnRequestInit {
  checkOptions("txn", txn, TXN_PARTS);
  return {
    compare: (txn.if ?? []).map(comparison),
    success: branch("then", txn.then ?? []),
    failure: branch("else", txn.else ?? []),
  };
}

/** The outline of a transaction: enough to read its result. */
export interface TxnOutline {
  readonly then?: readonly OperationOutline[] | undefined;
  readonly else?: readonly OperationOutline[] | undefined;
}

type OperationOutline =
  | Pick<GetOperation, "kind">
  | Pick<RangeOperation, "kind">
  | Pick<PutOperation, "kind">
  | Pick<DeleteOperation, "kind">
  | Pick<TxnOperation, "kind"> & { readonly txn: TxnOutline };

/** Keeps an outline: the transaction may change before its answer comes. */
export function outlineOf(txn: TxnOutline): TxnOutline {
  const branch = (operations: readonly OperationOutline[] = []) =>
    operations.map((one): OperationOutline =>
      one.kind === "txn"
        ? { kind: "txn", txn: outlineOf(one.txn) }
        : { kind: one.kind }
    );
  return { then: branch(txn.then), else: branch(txn.else) };
}

/** The result of a transaction, read as its operations say. */
export function txnResult(txn: TxnOutline, wire: TxnResponse): AnyResult {
  const operations = (wire.succeeded ? txn.then : txn.else) ?? [];
  const got = operations.map(({ kind }, at) =>
    kind === "get" ? wire.responses[at]?.responseRange?.kvs[0] : undefined
  );
  const found = toKeyValues(got.filter((kv) => kv !== undefined)).values();
  return {
    header: toHeader(wire.header),
    succeeded: wire.succeeded,
    results: operations.map((operation, at) =>
      operation.kind === "get"
        ? got[at] && found.next().value
        : result(operation, wire.responses[at])
    ),
  };
}

function comparison(one: Comparison): CompareInit {
  checkObject("comparison", one);
  const { target, key, relation, value } = one;
  checkOneOf("target", target, { words: TARGETS });
  const base = {
    ...bounds(key),
    result: RESULT[
      checkOneOf("relation", relation, { words: ["=", "!=", "<", ">"] })
    ],
  };
  if (target === "value") {
    const bytes = toBytes("value", value as Value);
    return { ...base, target: CompareTarget.VALUE, value: bytes };
  }
  const number = fromBigInt(
    (target === "lease" ? checkLease : checkInt64)(target, value),
  );
  switch (target) {
    case "version":
      return { ...base, target: CompareTarget.VERSION, version: number };
    case "create":
      return { ...base, target: CompareTarget.CREATE, createRevision: number };
    case "mod":
      return { ...base, target: CompareTarget.MOD, modRevision: number };
    case "lease":
      return { ...base, target: CompareTarget.LEASE, lease: number };
  }
}

const NO_KEY = new Uint8Array();

function branch(
  name: string,
  operations: readonly Operation[],
): RequestOpInit[] {
  const puts = new Set<string>();
  return operations.map((operation) => {
    checkObject("operation", operation);
    const wire = request(operation);
    if (operation.kind === "put") {
      const id = keyId(wire.requestPut?.key ?? NO_KEY);
      if (puts.has(id)) {
        throw new InvalidOptionError(name, operation.key, {
          action: "make the transaction",
          expected: "free of two puts to one key",
        });
      }
      puts.add(id);
    }
    return wire;
  });
}

function request(operation: Operation): RequestOpInit {
  if (operation.kind !== "txn" && operation.options !== undefined) {
    const kinds = OPTIONS_OF.get(operation.kind) ?? {};
    checkOptions("options", operation.options, kinds);
  }
  switch (operation.kind) {
    case "get":
      keyBytes("key", operation.key);
      // falls through: a get is a range of one key
    case "range":
      return { requestRange: rangeRequest(operation.key, operation.options) };
    case "put":
      return {
        requestPut: putRequest(
          operation.key,
          operation.value,
          operation.options,
        ),
      };
    case "delete":
      return {
        requestDeleteRange: deleteRequest(operation.key, operation.options),
      };
    case "txn":
      return { requestTxn: txnRequest(operation.txn) };
    default:
      throw new InvalidOptionError("operation", operation, {
        action: "make the transaction",
        expected: "made by 'op'",
      });
  }
}

function result(
  operation: Exclude<OperationOutline, Pick<GetOperation, "kind">>,
  wire: ResponseOp | undefined,
): OperationResult<Operation> {
  const { kind } = operation;
  switch (kind) {
    case "range":
      return rangeResult(present(kind, wire?.responseRange));
    case "put":
      return putResult(present(kind, wire?.responsePut));
    case "delete":
      return deleteResult(present(kind, wire?.responseDeleteRange));
    case "txn":
      return txnResult(operation.txn, present(kind, wire?.responseTxn));
  }
}
