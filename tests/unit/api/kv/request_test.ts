// What is asked of a server, and what is refused before.
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  deleteRequest,
  putRequest,
  rangeRequest,
} from "../../../../api/kv/_codec.ts";
import { all, prefix, range } from "../../../../api/values/keys.ts";
import type {
  DeleteOptions,
  PutOptions,
  RangeOptions,
} from "../../../../api/kv/types.ts";
import { InvalidOptionError } from "../../../../errors/invalid_option_error.ts";
import { SortOrder, SortTarget } from "../../../../proto/gen/messages.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { methods } from "../../../../proto/methods.ts";

const MAX = 2n ** 63n - 1n;
const utf8 = new TextEncoder();

/** What of a request is set. */
function set(request: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined),
  );
}

Deno.test("rangeRequest() of a key asks for nothing but the key", () => {
  assertEquals(set(rangeRequest("a", {})), { key: utf8.encode("a") });
  assertEquals(set(rangeRequest(range("a", "b"), {})), {
    key: utf8.encode("a"),
    rangeEnd: utf8.encode("b"),
  });
  assertEquals(set(rangeRequest(all(), {})), {
    key: Uint8Array.of(0),
    rangeEnd: Uint8Array.of(0),
  });
});

Deno.test("rangeRequest() passes on every option", () => {
  const options: Required<RangeOptions> = {
    limit: 10,
    revision: 1n,
    sortBy: "mod",
    order: "descend",
    serializable: true,
    keysOnly: true,
    countOnly: true,
    minModRevision: 2n,
    maxModRevision: MAX,
    minCreateRevision: 4n,
    maxCreateRevision: 2n ** 53n + 1n,
  };
  assertEquals(set(rangeRequest(prefix("a"), options)), {
    key: utf8.encode("a"),
    rangeEnd: utf8.encode("b"),
    limit: fromBigInt(10n),
    revision: fromBigInt(1n),
    sortTarget: SortTarget.MOD,
    sortOrder: SortOrder.DESCEND,
    serializable: true,
    keysOnly: true,
    countOnly: true,
    minModRevision: fromBigInt(2n),
    maxModRevision: fromBigInt(MAX),
    minCreateRevision: fromBigInt(4n),
    maxCreateRevision: fromBigInt(2n ** 53n + 1n),
  });
});

Deno.test("rangeRequest() asks for an order and a target, or for neither", () => {
  const targets = {
    key: SortTarget.KEY,
    version: SortTarget.VERSION,
    create: SortTarget.CREATE,
    mod: SortTarget.MOD,
    value: SortTarget.VALUE,
  };
  const orders = {
    ascend: SortOrder.ASCEND,
    descend: SortOrder.DESCEND,
  };
  for (const sortBy of [undefined, ...Object.keys(targets)]) {
    for (const order of [undefined, ...Object.keys(orders)]) {
      const request = rangeRequest("a", { sortBy, order } as RangeOptions);
      const target = targets[(sortBy ?? "key") as keyof typeof targets];
      const way = orders[(order ?? "ascend") as keyof typeof orders];
      // How etcd sorts anyway: asked for, it would read the whole range.
      const byItself = target === SortTarget.KEY && way === SortOrder.ASCEND;
      assertEquals(
        [request.sortTarget, request.sortOrder],
        byItself ? [undefined, undefined] : [target, way],
        `${sortBy} ${order}`,
      );
      const bytes = methods.kv.range.encode(request);
      assertEquals(
        bytes.length > methods.kv.range.encode(rangeRequest("a", {})).length,
        !byItself,
      );
    }
  }
});

const BAD_INT64: readonly unknown[] = [-1n, MAX + 1n, 5, "5", null, NaN];

Deno.test("rangeRequest() refuses bad options, naming option and value", () => {
  const bad: readonly (readonly [keyof RangeOptions, readonly unknown[]])[] = [
    ["limit", [0, -1, 1.5, NaN, Infinity, 2 ** 53, "10", 10n, null]],
    ["sortBy", ["keys", "", 1, null]],
    ["order", ["desc", "up", true, null]],
    ["revision", BAD_INT64],
    ["minModRevision", BAD_INT64],
    ["maxModRevision", BAD_INT64],
    ["minCreateRevision", BAD_INT64],
    ["maxCreateRevision", BAD_INT64],
  ];
  for (const [option, values] of bad) {
    for (const value of values) {
      const options = { [option]: value } as RangeOptions;
      const error = assertThrows(
        () => rangeRequest("a", options),
        InvalidOptionError,
        `'${option}'`,
        `${option}: ${String(value)}`,
      );
      assertStrictEquals(error.option, option);
      assertStrictEquals(error.value, value);
    }
  }
});

Deno.test("rangeRequest() takes every revision there can be", () => {
  for (const revision of [0n, 1n, 2n ** 32n, 2n ** 53n + 1n, MAX]) {
    const request = rangeRequest("a", { revision });
    assertEquals(request.revision, fromBigInt(revision));
  }
});

Deno.test("putRequest() passes on key, value and options", () => {
  const options: Required<PutOptions> = {
    lease: MAX,
    prevKv: true,
    ignoreValue: true,
    ignoreLease: true,
  };
  assertEquals(set(putRequest("k", "é", {})), {
    key: utf8.encode("k"),
    value: utf8.encode("é"),
  });
  assertEquals(
    set(putRequest(Uint8Array.of(0), Uint8Array.of(0xff), options)),
    {
      key: Uint8Array.of(0),
      value: Uint8Array.of(0xff),
      lease: fromBigInt(MAX),
      prevKv: true,
      ignoreValue: true,
      ignoreLease: true,
    },
  );
});

Deno.test("putRequest() refuses a key, value or lease that is none", () => {
  const bad: readonly (readonly [string, () => unknown])[] = [
    ["key", () => putRequest("", "v", {})],
    ["key", () => putRequest(1 as unknown as string, "v", {})],
    ["value", () => putRequest("k", undefined as unknown as string, {})],
    ["value", () => putRequest("k", { a: 1 } as unknown as string, {})],
    ["lease", () => putRequest("k", "v", { lease: 1n << 63n })],
    ["lease", () => putRequest("k", "v", { lease: 7 as unknown as bigint })],
  ];
  for (const [option, make] of bad) {
    const error = assertThrows(make, InvalidOptionError);
    assertStrictEquals(error.option, option);
  }
});

Deno.test("deleteRequest() passes on key or range", () => {
  const options: Required<DeleteOptions> = { prevKv: true };
  assertEquals(set(deleteRequest("a", {})), { key: utf8.encode("a") });
  assertEquals(set(deleteRequest(prefix("a"), options)), {
    key: utf8.encode("a"),
    rangeEnd: utf8.encode("b"),
    prevKv: true,
  });
  assertThrows(() => deleteRequest("", {}), InvalidOptionError, "'key'");
});

Deno.test("requests with every option can be encoded", () => {
  const range: Required<RangeOptions> = {
    limit: 1,
    revision: MAX,
    sortBy: "value",
    order: "ascend",
    serializable: true,
    keysOnly: true,
    countOnly: true,
    minModRevision: 1n,
    maxModRevision: 1n,
    minCreateRevision: 1n,
    maxCreateRevision: 1n,
  };
  const { kv } = methods;
  assert(kv.range.encode(rangeRequest("a", range)).length > 20);
  assertStrictEquals(
    kv.put.encode(putRequest("a", "b", { lease: MAX })).length,
    // Two strings of one byte, and the longest positive int64.
    3 + 3 + 1 + 9,
  );
});
