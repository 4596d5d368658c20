import { assertEquals, assertThrows } from "@std/assert";
import { resolveWatchOptions } from "../../../../api/watch/_options.ts";
import {
  Client,
  InvalidOptionError,
  prefix,
  type WatchOptions,
} from "../../../../mod.ts";
import { FilterType } from "../../../../proto/gen/messages.ts";
import { FakeWatches } from "./_fake_watch.ts";

Deno.test("watch() refuses options that cannot be, and names them", async () => {
  await using client = new Client({ endpoints: "http://127.0.0.1:1" });
  const bad: readonly (readonly [string, unknown])[] = [
    ["startRevision", { startRevision: 5 }],
    ["startRevision", { startRevision: -1n }],
    ["startRevision", { startRevision: 1n << 63n }],
    ["onCompaction", { onCompaction: "ignore" }],
    ["buffer.policy", { buffer: { policy: "drop" } }],
    ["buffer.events", { buffer: { events: 0 } }],
    ["buffer.bytes", { buffer: { bytes: 1.5 } }],
    ["size", { buffer: { size: 1 } }],
    ["heartbeat.intervalMs", { heartbeat: { intervalMs: 0, timeoutMs: 1 } }],
    ["heartbeat.timeoutMs", { heartbeat: { intervalMs: 1 } }],
    ["heartbeats", { heartbeats: false }],
  ];
  for (const [option, options] of bad) {
    const error = assertThrows(
      () => client.watch("k", options as WatchOptions),
      InvalidOptionError,
    );
    assertEquals(error.option, option);
  }
  assertThrows(() => client.watch(""), InvalidOptionError);
});

Deno.test("watch() has a heartbeat, a leader and a bounded buffer by default", () => {
  const options = resolveWatchOptions({});
  assertEquals(
    [options.requireLeader, options.heartbeat, options.buffer],
    [true, { intervalMs: 10_000, timeoutMs: 5_000 }, {
      events: 10_000,
      bytes: 16 * 1024 * 1024,
      policy: "block",
    }],
  );
  assertEquals(
    resolveWatchOptions({ startRevision: 0n }).startRevision,
    undefined,
  );
});

Deno.test("watch() asks for what its options say, on every stream", async () => {
  const fake = new FakeWatches();
  const watch = await fake.watch({
    startRevision: 5n,
    prevKv: true,
    noPut: true,
    noDelete: true,
    progressNotify: true,
    fragment: false,
  }, prefix("k"));
  for (let stream = 0; stream < 2; stream++) {
    const create = fake.opener.last.sent[0]?.createRequest;
    assertEquals(create?.filters, [FilterType.NOPUT, FilterType.NODELETE]);
    assertEquals(
      [create?.prevKv, create?.progressNotify, create?.fragment],
      [true, true, false],
    );
    assertEquals(
      [create?.key, create?.rangeEnd].map((key) =>
        String.fromCharCode(...key ?? [])
      ),
      ["k", "l"],
    );
    await fake.drop();
  }
  await watch.close();
});
