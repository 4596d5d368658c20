// What JSON.stringify and console.log make of what the client gives.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { inspect } from "node:util";
import {
  toHeader,
  toKeyValue,
  toKeyValues,
} from "../../../../api/values/key_value.ts";
import { resolveOptions } from "../../../../api/client/_resolve_options.ts";
import {
  CompactedError,
  compare,
  InvalidOptionError,
} from "../../../../mod.ts";
import type { ClientEvent } from "../../../../mod.ts";
import { FakeLeases } from "../lease/_fake_leases.ts";
import { FakeWatches } from "../watch/_fake_watch.ts";

const utf8 = new TextEncoder();

const WIRE = {
  key: utf8.encode("jobs/1"),
  value: Uint8Array.of(0xff, 0),
  createRevision: { low: 5, high: 0 },
  modRevision: { low: -1, high: 0x7fffffff },
  version: { low: 2, high: 0 },
  lease: { low: 0, high: 0 },
};

const JSON_FORM = {
  key: "jobs/1",
  value: { base64: "/wA=" },
  createRevision: "5",
  modRevision: "9223372036854775807",
  version: "2",
  lease: "0",
};

Deno.test("JSON.stringify() writes a key-value's numbers as digits, its bytes as text", () => {
  for (const kv of [toKeyValue(WIRE), ...toKeyValues([WIRE, WIRE])]) {
    assertEquals(JSON.parse(JSON.stringify(kv)), JSON_FORM);
    assertEquals(JSON.parse(JSON.stringify({ kvs: [kv] })), {
      kvs: [JSON_FORM],
    });
  }
});

Deno.test("a key-value still looks plain, and equals a plain one", () => {
  const kv = toKeyValue(WIRE);
  assertEquals(kv, { ...kv });
  assertEquals(Object.keys(kv), Object.keys(JSON_FORM));
  assertStrictEquals(kv.constructor, Object);
  assertEquals(structuredClone(toHeader(undefined)), {
    clusterId: 0n,
    memberId: 0n,
    revision: 0n,
    raftTerm: 0n,
  });
});

Deno.test("console.log() shows the text of a key-value's bytes", () => {
  for (
    const shown of [Deno.inspect(toKeyValue(WIRE)), inspect(toKeyValue(WIRE))]
  ) {
    assert(shown.startsWith("{"), shown);
    assert(shown.includes('key: Bytes(6) "jobs/1"'), shown);
    assert(shown.includes("value: Bytes(2) ff 00"), shown);
    assert(shown.includes("modRevision: 9223372036854775807n"), shown);
  }
});

Deno.test("JSON.stringify() takes every event that onEvent is told", () => {
  const written: unknown[] = [];
  const { onEvent } = resolveOptions({
    endpoints: "a",
    onEvent: (event) => written.push(JSON.parse(JSON.stringify(event))),
  });
  const error = new CompactedError("Cannot watch: compacted", {
    code: "compacted",
    compactRevision: 7n,
    cause: new RangeError("why"),
  });
  const events: readonly ClientEvent[] = [
    {
      type: "watch_resumed",
      endpoint: "a",
      cursor: 1n << 60n,
      code: "unavailable",
    },
    { type: "lease_lost", lease: 5n, reason: "expired" },
    { type: "sync_failed", error },
  ];
  for (const event of events) onEvent?.(event);
  assertEquals(written, [
    { ...events[0], cursor: "1152921504606846976" },
    { ...events[1], lease: "5" },
    {
      type: "sync_failed",
      error: {
        name: "CompactedError",
        message: "Cannot watch: compacted",
        code: "compacted",
        grpcCode: 2,
        retryable: false,
        maybeCommitted: false,
        attempts: [],
        compactRevision: "7",
        cause: "RangeError: why",
      },
    },
  ]);
});

Deno.test("JSON.stringify() of an InvalidOptionError leaves the value out", () => {
  const error = new InvalidOptionError("auth.password", 5n, {
    expected: "a string",
    shown: "a bigint",
  });
  const { option, value, message } = JSON.parse(JSON.stringify(error));
  assertEquals([option, value, message], [
    "auth.password",
    undefined,
    error.message,
  ]);
});

Deno.test("JSON.stringify() takes watch batches and events", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(7n);
  fake.events([9n]);
  const { value: batch } = await watch[Symbol.asyncIterator]().next();
  const { header, events: [event] } = JSON.parse(JSON.stringify(batch));
  assertEquals([typeof header.revision, event.kv.modRevision], ["string", "9"]);
  await watch.close();
});

Deno.test("JSON.stringify() takes leases, and the conditions of a transaction", async () => {
  const fake = new FakeLeases();
  fake.answerGrant(1n << 60n, 9);
  const lease = await fake.facet.grant(9);
  assertStrictEquals(
    JSON.stringify({ lease }),
    '{"lease":{"id":"1152921504606846976","ttlSeconds":9}}',
  );
  fake.facet.close();
  assertEquals(
    [
      compare.version("k", "=", 1n),
      compare.createRevision("k", "=", 1n),
      compare.modRevision("k", "=", 1n),
      compare.lease("k", "=", 1n),
    ].map((one) => JSON.parse(JSON.stringify(one)).value),
    ["1", "1", "1", "1"],
  );
});
