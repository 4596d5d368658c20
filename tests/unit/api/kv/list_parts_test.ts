// Large ranges in parts, as servers from etcd 3.7 on give them.
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { ReadRest } from "../../../../api/kv/_list.ts";
import { prefix } from "../../../../api/values/keys.ts";
import type { ErrorCode } from "../../../../errors/codes.ts";
import type { EtcdError } from "../../../../errors/etcd_error.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import { FakeReader, keysOf, names } from "./_fake_reader.ts";

/** Gives the keys in parts of two, and fails after as many as are named. */
function parts(
  reader: FakeReader,
  failure?: { readonly after: number; readonly error: unknown },
): ReadRest & { readonly revisions: (bigint | undefined)[] } {
  const revisions: (bigint | undefined)[] = [];
  const rest: ReadRest = async function* (range, options) {
    revisions.push(options.revision);
    const { kvs } = await reader.read(range, { ...options, limit: Infinity });
    reader.reads.pop();
    for (let at = 0; at < kvs.length; at += 2) {
      if (failure !== undefined && at >= failure.after) throw failure.error;
      yield kvs.slice(at, at + 2);
    }
  };
  return Object.assign(rest, { revisions });
}

function failure(
  code: ErrorCode,
  { retryable = false }: { readonly retryable?: boolean } = {},
): EtcdError {
  return createError("Cannot range: as the test wants it", { code, retryable });
}

Deno.test("listPages() reads what follows the first page in parts", async () => {
  const keys = names(9);
  const reader = new FakeReader(keys);
  const rest = parts(reader);
  const list = reader.list(prefix("k"), { pageSize: 3 }, rest);
  assertEquals(await keysOf(list), keys);
  assertEquals(reader.limits, [3]);
  assertEquals(rest.revisions, [100n]);
});

Deno.test("listPages() reads pages where there are no parts, or no more", async () => {
  for (
    const error of [
      failure("unsupported"),
      failure("connection_lost", { retryable: true }),
      failure("timeout", { retryable: true }),
    ]
  ) {
    for (const after of [0, 4]) {
      const keys = names(9);
      const reader = new FakeReader(keys);
      const rest = parts(reader, { after, error });
      const list = reader.list(prefix("k"), { pageSize: 3 }, rest);
      assertEquals(await keysOf(list), keys);
      assertStrictEquals(rest.revisions.length, 1);
      for (const { options } of reader.reads.slice(1)) {
        assertStrictEquals(options.revision, 100n);
      }
    }
  }
});

Deno.test("listPages() passes on why there are no parts", async () => {
  const reason = new Error("the caller's own");
  for (const error of [failure("compacted"), reason]) {
    const reader = new FakeReader(names(9));
    const rest = parts(reader, { after: 2, error });
    const list = reader.list(prefix("k"), { pageSize: 3 }, rest);
    const thrown = await assertRejects(() => keysOf(list), Error);
    assertStrictEquals(thrown, error);
    assertEquals(reader.limits, [3]);
  }
});

Deno.test("listPages() reads pages where revisions are limited: parts cannot be", async () => {
  const keys = names(9);
  const reader = new FakeReader(keys);
  const rest = parts(reader);
  const options = { pageSize: 3, minModRevision: 1n };
  assertEquals(await keysOf(reader.list(prefix("k"), options, rest)), keys);
  assertEquals(rest.revisions, []);
});
