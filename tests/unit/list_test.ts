import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import type { CallOptions } from "../../api/call_options.ts";
import { copyBytes } from "../../api/bytes.ts";
import { listPages, type ReadRest } from "../../api/_list.ts";
import type { KeyValue } from "../../api/key_value.ts";
import {
  all,
  bounds,
  fromKey,
  type Key,
  type KeyRange,
  prefix,
  range,
} from "../../api/keys.ts";
import type {
  ListOptions,
  RangeOptions,
  RangeResult,
} from "../../api/kv_types.ts";
import type { ErrorCode } from "../../errors/codes.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import {
  createError,
  InvalidOptionError,
} from "../../errors/specific_errors.ts";

type Options = RangeOptions & CallOptions;

/** Reads from keys in memory, as etcd would. */
class FakeReader {
  readonly reads: {
    readonly range: KeyRange | Key;
    readonly options: Options;
  }[] = [];
  revision = 100n;
  readonly #keys: readonly string[];
  readonly #valueBytes: number;

  constructor(keys: readonly string[], valueBytes = 1) {
    this.#keys = [...keys].sort();
    this.#valueBytes = valueBytes;
  }

  readonly read = (
    keyOrRange: KeyRange | Key,
    options: Options,
  ): Promise<RangeResult> => {
    this.reads.push({ range: keyOrRange, options });
    const { key, rangeEnd } = bounds(keyOrRange);
    const start = new TextDecoder().decode(key);
    const end = new TextDecoder().decode(rangeEnd);
    const found = this.#keys.filter((name) => {
      if (rangeEnd === undefined) return name === start;
      return name >= start && (end === "\0" || name < end);
    });
    const limit = options.limit ?? Infinity;
    return Promise.resolve({
      header: {
        clusterId: 1n,
        memberId: 1n,
        revision: this.revision++,
        raftTerm: 1n,
      },
      kvs: found.slice(0, limit).map((name) => this.#keyValue(name)),
      more: found.length > limit,
      count: BigInt(found.length),
    });
  };

  list(
    keyOrRange: KeyRange | Key,
    options: ListOptions & CallOptions = {},
    rest?: ReadRest,
  ) {
    return listPages(keyOrRange, options, { page: this.read, rest });
  }

  get limits(): (number | undefined)[] {
    return this.reads.map(({ options }) => options.limit);
  }

  #keyValue(name: string): KeyValue {
    return {
      key: copyBytes(new TextEncoder().encode(name)),
      value: copyBytes(new Uint8Array(this.#valueBytes)),
      createRevision: 1n,
      modRevision: 1n,
      version: 1n,
      lease: 0n,
    };
  }
}

function names(count: number): string[] {
  return Array.from(
    { length: count },
    (_, at) => `k${String(at).padStart(6, "0")}`,
  );
}

async function keysOf(list: AsyncIterable<KeyValue>): Promise<string[]> {
  return (await Array.fromAsync(list)).map(({ key }) => key.text());
}

Deno.test("listPages() gives every key once, in order, over several pages", async () => {
  const all = names(2_500);
  const reader = new FakeReader(all);
  assertEquals(await keysOf(reader.list(prefix("k"))), all);
  assertEquals(reader.limits, [1_000, 2_000]);
});

Deno.test("listPages() reads all pages at the revision of the first", async () => {
  const reader = new FakeReader(names(10));
  await keysOf(reader.list(prefix("k"), { pageSize: 2 }));
  const [first, ...rest] = reader.reads.map(({ options }) => options.revision);
  assertStrictEquals(first, undefined);
  assert(rest.length > 0);
  assertEquals(new Set(rest), new Set([100n]));
});

Deno.test("listPages() reads all pages at the revision given", async () => {
  const reader = new FakeReader(names(10));
  await keysOf(reader.list(prefix("k"), { pageSize: 2, revision: 7n }));
  for (const { options } of reader.reads) {
    assertStrictEquals(options.revision, 7n);
  }
});

Deno.test("listPages() goes on behind the last key, to the same end", async () => {
  const reader = new FakeReader(["a", "b", "b\0", "c", "d"]);
  assertEquals(await keysOf(reader.list(range("a", "d"), { pageSize: 1 })), [
    "a",
    "b",
    "b\0",
    "c",
  ]);
  const [, second] = reader.reads;
  assertEquals(second?.range, {
    kind: "range",
    start: Uint8Array.of(97, 0),
    end: Uint8Array.of(100),
  });
});

Deno.test("listPages() lists to the very end where there is no end", async () => {
  const keys = ["a", "m", "z", "\u{1f600}"];
  for (const open of [all(), fromKey("a")]) {
    const reader = new FakeReader(keys);
    assertEquals(await keysOf(reader.list(open, { pageSize: 1 })), keys);
  }
});

Deno.test("listPages() passes the other options on to every page", async () => {
  const reader = new FakeReader(names(5));
  const { signal } = new AbortController();
  const options = {
    serializable: true,
    keysOnly: true,
    minModRevision: 1n,
    maxModRevision: 9n,
    minCreateRevision: 2n,
    maxCreateRevision: 8n,
    timeoutMs: 50,
    requireLeader: true,
    signal,
  };
  await keysOf(reader.list(prefix("k"), { ...options, pageSize: 2 }));
  assert(reader.reads.length > 1);
  for (
    const { options: { limit: _, revision: __, ...given } } of reader.reads
  ) {
    assertEquals<unknown>(given, options);
  }
});

Deno.test("listPages() reads larger pages of small keys, up to 10 000", async () => {
  const reader = new FakeReader(names(40_000));
  assertStrictEquals((await keysOf(reader.list(prefix("k")))).length, 40_000);
  assertEquals(reader.limits, [
    1_000,
    2_000,
    4_000,
    8_000,
    10_000,
    10_000,
    10_000,
  ]);
});

Deno.test("listPages() reads smaller pages of large values, down to one", async () => {
  const reader = new FakeReader(names(40), 1_000_000);
  await keysOf(reader.list(prefix("k"), { pageSize: 16 }));
  assertEquals(reader.limits.slice(0, 5), [16, 8, 4, 2, 2]);
  const huge = new FakeReader(names(5), 3 * 1_048_576);
  await keysOf(huge.list(prefix("k"), { pageSize: 2 }));
  assertEquals(huge.limits, [2, 1, 1, 1]);
});

Deno.test("listPages() keeps a page size that is neither small nor large", async () => {
  const reader = new FakeReader(names(40), 102_400);
  await keysOf(reader.list(prefix("k"), { pageSize: 10 }));
  assertEquals(reader.limits, [10, 10, 10, 10]);
});

Deno.test("listPages() reads a page only when it is needed, and stops when told", async () => {
  const reader = new FakeReader(names(10));
  const list = reader.list(prefix("k"), { pageSize: 3 });
  assertStrictEquals(reader.reads.length, 0);
  const seen: string[] = [];
  for await (const { key } of list) {
    seen.push(key.text());
    assertStrictEquals(reader.reads.length, seen.length <= 3 ? 1 : 2);
    if (seen.length === 4) break;
  }
  assertStrictEquals(reader.reads.length, 2);
  assertEquals(await list.next(), { done: true, value: undefined });
});

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

Deno.test("listPages() of one key reads one key", async () => {
  const reader = new FakeReader(["a", "ab"]);
  assertEquals(await keysOf(reader.list("a")), ["a"]);
  assertStrictEquals(reader.reads.length, 1);
});

Deno.test("listPages() of nothing is empty", async () => {
  const reader = new FakeReader([]);
  assertEquals(await keysOf(reader.list(prefix("k"))), []);
  assertStrictEquals(reader.reads.length, 1);
});

Deno.test("listPages() checks its arguments at once", () => {
  const reader = new FakeReader([]);
  const bad: readonly (readonly [string, () => unknown])[] = [
    ["key", () => reader.list("")],
    ["key", () => reader.list(5 as unknown as string)],
    ["pageSize", () => reader.list("a", { pageSize: 0 })],
    ["pageSize", () => reader.list("a", { pageSize: 1.5 })],
    ["pageSize", () => reader.list("a", { pageSize: NaN })],
  ];
  for (const [option, list] of bad) {
    const error = assertThrows(list, InvalidOptionError);
    assertStrictEquals(error.option, option);
  }
  assertStrictEquals(reader.reads.length, 0);
});
