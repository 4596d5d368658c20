// What a transaction's answer is to its caller, in values and in types.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { txnResult } from "../../../../api/kv/_txn_codec.ts";
import type { KeyValue } from "../../../../api/values/key_value.ts";
import { prefix } from "../../../../api/values/keys.ts";
import type {
  DeleteResult,
  PutResult,
  RangeResult,
} from "../../../../api/kv/types.ts";
import { compare, op } from "../../../../api/kv/txn.ts";
import type {
  Comparison,
  Operation,
  TxnResult,
} from "../../../../api/kv/txn_types.ts";
import type { Client } from "../../../../mod.ts";
import type {
  ResponseOp,
  TxnResponse,
} from "../../../../proto/gen/messages.ts";
import { fromBigInt } from "../../../../proto/int64.ts";

const utf8 = new TextEncoder();

const KV = {
  key: utf8.encode("k"),
  value: utf8.encode("v"),
  createRevision: fromBigInt(1n),
  modRevision: fromBigInt(2n),
  version: fromBigInt(3n),
  lease: fromBigInt(0n),
};

const RANGE: ResponseOp = {
  responseRange: {
    header: null,
    kvs: [KV],
    more: false,
    count: fromBigInt(1n),
  },
};

const EMPTY: ResponseOp = {
  responseRange: { header: null, kvs: [], more: false, count: fromBigInt(0n) },
};

function wire(
  branch: "then" | "else",
  responses: ResponseOp[],
): TxnResponse {
  const zero = fromBigInt(0n);
  const header = {
    clusterId: zero,
    memberId: zero,
    revision: fromBigInt(9n),
    raftTerm: zero,
  };
  return { header, succeeded: branch === "then", responses };
}

Deno.test("txnResult() reads each answer as its operation says, of the branch that was done", () => {
  const txn = {
    then: [op.get("a"), op.get("b"), op.range("a"), op.put("c", "1")],
    else: [op.delete("d"), op.txn({ then: [op.get("a")] })],
  };
  const done = txnResult(
    txn,
    wire("then", [RANGE, EMPTY, RANGE, {
      responsePut: { header: null, prevKv: null },
    }]),
  );
  assertStrictEquals(done.header.revision, 9n);
  assert(done.succeeded);
  const [a, b, range, put] = done.results as [
    KeyValue,
    undefined,
    RangeResult,
    PutResult,
  ];
  assertStrictEquals(a.value.text(), "v");
  assertStrictEquals(b, undefined);
  assertStrictEquals(range.count, 1n);
  assertStrictEquals(put.prevKv, undefined);
  const notDone = txnResult(
    txn,
    wire("else", [
      {
        responseDeleteRange: {
          header: null,
          deleted: fromBigInt(4n),
          prevKvs: [],
        },
      },
      { responseTxn: wire("then", [RANGE]) },
    ]),
  );
  assert(!notDone.succeeded);
  const [deleted, inner] = notDone.results as [
    DeleteResult,
    TxnResult<readonly Operation[], []>,
  ];
  assertStrictEquals(deleted.deleted, 4n);
  assert(inner.succeeded);
  assertStrictEquals((inner.results[0] as KeyValue).key.text(), "k");
});

Deno.test("txnResult() of a branch that was not given is empty", () => {
  assertEquals(txnResult({}, wire("else", [])).results, []);
});

// Compile-time checks: this function is never called, only type-checked.
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

function is<_T extends true>(): void {}

async function _typed(client: Client): Promise<void> {
  const result = await client.txn({
    if: [compare.version("a", "=", 0n)],
    then: [op.get("a"), op.put("b", "1"), op.txn({ then: [op.delete("c")] })],
    else: [op.range(prefix("d"))],
  });
  if (result.succeeded) {
    const [got, put, inner, ...rest] = result.results;
    is<Equal<typeof got, KeyValue | undefined>>();
    is<Equal<typeof put, PutResult>>();
    if (inner.succeeded) {
      const [deleted, ...others] = inner.results;
      is<Equal<typeof deleted, DeleteResult>>();
      is<Equal<(typeof others)["length"], 0>>();
    }
    is<Equal<(typeof rest)["length"], 0>>();
  } else {
    const [range, ...rest] = result.results;
    is<Equal<typeof range, RangeResult>>();
    is<Equal<(typeof rest)["length"], 0>>();
    // @ts-expect-error: the other branch has no second result.
    result.results[1];
  }
  const empty = await client.txn({});
  is<Equal<(typeof empty.results)["length"], 0>>();
  const list: Operation[] = [];
  const untyped = await client.txn({ then: list });
  if (untyped.succeeded) {
    is<
      Equal<
        (typeof untyped.results)[number],
        | KeyValue
        | RangeResult
        | PutResult
        | DeleteResult
        | TxnResult<readonly Operation[], readonly Operation[]>
        | undefined
      >
    >();
  }
  // @ts-expect-error: a number is no revision.
  compare.version("a", "=", 1);
  // @ts-expect-error: not a relation.
  compare.version("a", "==", 1n);
  // @ts-expect-error: not a value.
  op.put("a", 1);
  // @ts-expect-error: a range is read with op.range.
  op.get(prefix("a"));
  // @ts-expect-error: not an option of a put.
  op.put("a", "1", { leaseId: 1n });
  const comparisons: readonly Comparison[] = [];
  await client.txn({ if: comparisons });
}
