// What a transaction of ours is on the wire, and what makes none.
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { txnRequest } from "../../../../api/kv/_txn_codec.ts";
import { prefix } from "../../../../api/values/keys.ts";
import { compare, op } from "../../../../api/kv/txn.ts";
import type { Operation, Txn } from "../../../../api/kv/txn_types.ts";
import { InvalidOptionError } from "../../../../errors/invalid_option_error.ts";
import {
  CompareResult,
  CompareTarget,
} from "../../../../proto/gen/messages.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { methods } from "../../../../proto/methods.ts";

const MAX = 2n ** 63n - 1n;
const utf8 = new TextEncoder();

type AnyTxn = Txn<readonly Operation[], readonly Operation[]>;

Deno.test("txnRequest() of nothing is an empty transaction", () => {
  assertEquals(txnRequest({}), { compare: [], success: [], failure: [] });
});

Deno.test("txnRequest() makes each comparison, with each relation", () => {
  const { compare: compares = [] } = txnRequest({
    if: [
      compare.version("a", "=", 0n),
      compare.createRevision("b", "!=", MAX),
      compare.modRevision("c", "<", 2n ** 53n + 1n),
      compare.lease("d", ">", 7n),
      compare.value("e", "=", "é"),
      compare.value("f", "=", new Uint8Array()),
      compare.version(prefix("g/"), ">", 0n),
    ],
  });
  const key = (name: string) => ({
    key: utf8.encode(name),
    rangeEnd: undefined,
  });
  assertEquals<unknown>(compares, [
    {
      ...key("a"),
      target: CompareTarget.VERSION,
      result: CompareResult.EQUAL,
      version: fromBigInt(0n),
    },
    {
      ...key("b"),
      target: CompareTarget.CREATE,
      result: CompareResult.NOT_EQUAL,
      createRevision: fromBigInt(MAX),
    },
    {
      ...key("c"),
      target: CompareTarget.MOD,
      result: CompareResult.LESS,
      modRevision: fromBigInt(2n ** 53n + 1n),
    },
    {
      ...key("d"),
      target: CompareTarget.LEASE,
      result: CompareResult.GREATER,
      lease: fromBigInt(7n),
    },
    {
      ...key("e"),
      target: CompareTarget.VALUE,
      result: CompareResult.EQUAL,
      value: utf8.encode("é"),
    },
    {
      ...key("f"),
      target: CompareTarget.VALUE,
      result: CompareResult.EQUAL,
      value: new Uint8Array(),
    },
    {
      key: utf8.encode("g/"),
      rangeEnd: utf8.encode("g0"),
      target: CompareTarget.VERSION,
      result: CompareResult.GREATER,
      version: fromBigInt(0n),
    },
  ]);
});

Deno.test("txnRequest() makes each operation, nested ones too", () => {
  const { success = [], failure = [] } = txnRequest({
    then: [
      op.get("a", { revision: 3n }),
      op.range(prefix("a/"), { limit: 2 }),
      op.put("b", "1", { lease: 5n }),
      op.delete(prefix("c"), { prevKv: true }),
    ],
    else: [op.txn({ then: [op.txn({ else: [op.get("d")] })] })],
  });
  assertEquals(success.map((one) => Object.keys(one)), [
    ["requestRange"],
    ["requestRange"],
    ["requestPut"],
    ["requestDeleteRange"],
  ]);
  assertEquals(success[0]?.requestRange?.revision, fromBigInt(3n));
  assertEquals(success[1]?.requestRange?.limit, fromBigInt(2n));
  assertEquals(success[2]?.requestPut?.lease, fromBigInt(5n));
  assert(success[3]?.requestDeleteRange?.prevKv);
  const innermost = failure[0]?.requestTxn?.success?.[0]?.requestTxn;
  assertEquals(innermost?.failure?.[0]?.requestRange?.key, utf8.encode("d"));
});

Deno.test("txnRequest() can be encoded, and tells whether it only reads", () => {
  const reads = txnRequest({
    if: [compare.version("a", "=", 0n)],
    then: [op.get("a"), op.txn({ then: [op.range(prefix("b"))] })],
  });
  const writes = txnRequest({ else: [op.txn({ else: [op.put("a", "1")] })] });
  const { txn } = methods.kv;
  assert(txn.encode(reads).length > 20);
  assertStrictEquals(txn.effect(reads), "read");
  assertStrictEquals(txn.effect(writes), "write");
  assertStrictEquals(
    txn.effect(txnRequest({ then: [op.delete("a")] })),
    "write",
  );
});

Deno.test("txnRequest() refuses two puts to one key in a branch, in whatever form", () => {
  const twice: readonly Operation[][] = [
    [op.put("a", "1"), op.put("a", "2")],
    [op.put("a", "1"), op.get("a"), op.put(utf8.encode("a"), "1")],
  ];
  for (const operations of twice) {
    for (const name of ["then", "else"] as const) {
      const txn: AnyTxn = { [name]: operations };
      const error = assertThrows(
        () => txnRequest(txn),
        InvalidOptionError,
        "Cannot make the transaction",
      );
      assertStrictEquals(error.option, name);
    }
  }
  assertThrows(
    () => txnRequest({ then: [op.txn({ else: twice[0] })] }),
    InvalidOptionError,
    "'else'",
  );
  // One in each branch, or keys that only look alike, are fine.
  txnRequest({
    then: [op.put("a", "1"), op.put("1,2", "1")],
    else: [op.put("a", "2"), op.put(Uint8Array.of(1, 2), "1")],
  });
});

/** Transactions as plain JavaScript could pass them, and the option named. */
const BAD: readonly (readonly [string, unknown])[] = [
  ["txn", undefined],
  ["txn", null],
  ["txn", "a"],
  ["iff", { iff: [] }],
  ["txn.if", { if: compare.version("a", "=", 1n) }],
  ["txn.then", { then: op.get("a") }],
  ["txn.else", { else: "put" }],
  ["operation", { then: [undefined] }],
  ["operation", { then: [{}] }],
  ["operation", { then: [{ kind: "move", key: "a" }] }],
  ["operation", { else: ["put"] }],
  ["key", { then: [op.get("")] }],
  ["key", { then: [{ kind: "get", key: prefix("a"), options: {} }] }],
  ["key", { then: [op.put("", "1")] }],
  ["key", { then: [op.put(5 as unknown as string, "1")] }],
  ["value", { then: [op.put("a", 5 as unknown as string)] }],
  ["lease", {
    then: [{ kind: "put", key: "a", value: "", options: { lease: 1n << 63n } }],
  }],
  ["limit", { then: [{ kind: "range", key: "a", options: { limit: 0 } }] }],
  ["comparison", { if: [undefined] }],
  ["comparison", { if: ["a"] }],
  ["target", { if: [{ ...compare.version("a", "=", 1n), target: "size" }] }],
  ["target", { if: [{}] }],
  ["relation", { if: [{ ...compare.version("a", "=", 1n), relation: "==" }] }],
  ["relation", { if: [{ ...compare.value("a", "=", ""), relation: ">=" }] }],
  ["key", { if: [compare.version("", "=", 1n)] }],
  ["version", { if: [compare.version("a", "=", -1n)] }],
  ["version", { if: [compare.version("a", "=", 1 as unknown as bigint)] }],
  ["create", { if: [compare.createRevision("a", "=", MAX + 1n)] }],
  ["mod", { if: [{ ...compare.modRevision("a", "=", 1n), value: "1" }] }],
  ["lease", { if: [{ ...compare.lease("a", "=", 1n), value: undefined }] }],
  ["value", { if: [{ ...compare.value("a", "=", ""), value: 1n }] }],
];

Deno.test("txnRequest() refuses what makes no transaction, naming it", () => {
  for (const [option, txn] of BAD) {
    const error = assertThrows(
      () => txnRequest(txn as AnyTxn),
      InvalidOptionError,
      `'${option}'`,
      Deno.inspect(txn),
    );
    assertStrictEquals(error.option, option);
  }
});
