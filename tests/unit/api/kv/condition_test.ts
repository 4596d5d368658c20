// Writes with a condition: what is refused before anything is sent, and types.
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  Client,
  type ConditionalPutResult,
  type DeleteResult,
  InvalidOptionError,
  type Kv,
  type PutResult,
  range,
} from "../../../../mod.ts";
import { putIfRequest } from "../../../../api/kv/_condition.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { methods } from "../../../../proto/methods.ts";

/** Method, options, and the option that the error names. */
const REFUSED: readonly (readonly ["put" | "delete", object, string])[] = [
  ["put", { ifAbsent: true, ifModRevision: 5n }, "ifModRevision"],
  ["put", { ifAbsent: true, ifModRevision: 0n }, "ifModRevision"],
  ["put", { ifAbsent: true, ignoreValue: true }, "ignoreValue"],
  ["put", { ifAbsent: true, ignoreLease: true }, "ignoreLease"],
  ["put", { ifAbsent: true, prevKv: true }, "prevKv"],
  ["put", { ifModRevision: 0n, ignoreValue: true }, "ignoreValue"],
  ["put", { ifModRevision: 0n, ignoreLease: true }, "ignoreLease"],
  ["put", { ifAbsent: false }, "ifAbsent"],
  ["put", { ifAbsent: "yes" }, "ifAbsent"],
  ["put", { ifAbsent: null }, "ifAbsent"],
  // What was named and has no value would be a write without a condition.
  ["put", { ifAbsent: undefined }, "ifModRevision"],
  ["put", { ifModRevision: undefined }, "ifModRevision"],
  ["put", { ifModRevision: null }, "ifModRevision"],
  ["put", { ifModRevision: 5 }, "ifModRevision"],
  ["put", { ifModRevision: "5" }, "ifModRevision"],
  ["put", { ifModRevision: -1n }, "ifModRevision"],
  ["put", { ifModRevision: 1n << 63n }, "ifModRevision"],
  ["delete", { ifModRevision: 0n }, "ifModRevision"],
  ["delete", { ifModRevision: undefined }, "ifModRevision"],
  ["delete", { ifModRevision: 5 }, "ifModRevision"],
  ["delete", { ifAbsent: true }, "ifAbsent"],
  ["delete", { ifAbsent: undefined }, "ifAbsent"],
];

Deno.test("put() and delete() refuse conditions that make no sense, before anything is sent", async () => {
  await using client = new Client({ endpoints: "http://127.0.0.1:1" });
  const keyspaces = [client, client.kv.batched(), client.namespace("a/")];
  for (const [method, options, option] of REFUSED) {
    for (const keys of keyspaces) {
      const error = await assertRejects(
        () =>
          method === "put"
            ? keys.put("k", "", options as never)
            : keys.delete("k", options as never),
        InvalidOptionError,
        undefined,
        Deno.inspect([method, options]),
      );
      assertEquals([error.method, error.option], [method, option]);
    }
  }
  assertStrictEquals(client.balancer.endpoints[0]?.state, "idle");
});

Deno.test("delete() with a condition refuses a range, and says that it takes one key", async () => {
  await using client = new Client({ endpoints: "http://127.0.0.1:1" });
  for (const keys of [client, client.namespace("a/")]) {
    await assertRejects(
      () => keys.delete(range("a", "b") as never, { ifModRevision: 5n }),
      InvalidOptionError,
      "Cannot call delete(): 'range' must be a single key with 'ifModRevision'",
    );
  }
  assertStrictEquals(client.balancer.endpoints[0]?.state, "idle");
});

Deno.test("put() with a condition is one transaction: compare, write, or else read", () => {
  const request = putIfRequest("k", "v", { ifModRevision: 7n, lease: 9n });
  const [compare] = request.compare ?? [];
  assertEquals(compare?.modRevision, fromBigInt(7n));
  assertEquals(request.success?.[0]?.requestPut?.lease, fromBigInt(9n));
  assertEquals(request.failure?.[0]?.requestRange?.key, compare?.key);
  const absent = putIfRequest("k", "v", { ifAbsent: true });
  const zero = putIfRequest("k", "v", { ifModRevision: 0n });
  assertEquals(methods.kv.txn.encode(absent), methods.kv.txn.encode(zero));
  // A write to whoever decides whether it is repeated.
  assertStrictEquals(methods.kv.txn.effect(absent), "write");
});

/** Never called: it is there to be checked. */
export async function typed(kv: Kv, revision: bigint): Promise<void> {
  const plain: PutResult = await kv.put("k", "v", { prevKv: true });
  // @ts-expect-error: a plain put says nothing of a condition.
  plain.succeeded;
  const made: ConditionalPutResult = await kv.put("k", "v", { ifAbsent: true });
  if (made.succeeded) made.header.revision;
  else made.current?.value.text();
  // @ts-expect-error: there is a present key only where the condition failed.
  made.current;
  const gone = await kv.delete("k", { ifModRevision: revision });
  if (gone.succeeded) gone satisfies DeleteResult;
  // @ts-expect-error: a revision that may be missing is no condition.
  await kv.put("k", "v", { ifModRevision: (await kv.get("k"))?.modRevision });
  // @ts-expect-error: one or the other.
  await kv.put("k", "v", { ifModRevision: revision, ifAbsent: true });
  // @ts-expect-error: there is nothing to keep of a key that does not exist.
  await kv.put("k", "v", { ifAbsent: true, ignoreValue: true });
  // @ts-expect-error: a range has no revision.
  await kv.delete(range("a", "b"), { ifModRevision: revision });
}
