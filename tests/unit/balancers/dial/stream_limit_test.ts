// What a transport does with calls that its peer allows no stream for, over
// real sockets: the peer is a scripted HTTP/2 server.
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { describeWait, makeDial } from "../../../../balancers/dial/mod.ts";
import { parseEndpoint } from "../../../../balancers/transport/_endpoint.ts";
import type { CallStatus } from "../../../../balancers/transport/_contract.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, waitFor } from "../../../harness/mod.ts";
import { assertUnsent, EMPTY, Full, PATH } from "./_full_transport.ts";

const CANCELED = 1;
const DEADLINE = 4;
const UNAVAILABLE = 14;

Deno.test("Transport sends calls beyond the peer's limit in their order, as streams end", async () => {
  await using full = await Full.open(2);
  const { server, hung, transport } = full;
  const order: number[] = [];
  const calls = [0, 1, 2, 3].map((call) =>
    full.call().ended.then(() => order.push(call))
  );
  assertEquals([transport.maxStreams, transport.freeStreams], [2, -4]);
  assertStrictEquals(transport.inFlight, 6);
  for (let ended = 0; ended < 6; ended++) {
    await waitFor("the next call to arrive", () => hung.length > ended);
    assert(server.calls(PATH) <= ended + 2, "no more than two at once");
    hung[ended]?.();
    // The one that waited longest takes its place.
    if (ended < 4) {
      await waitFor("another", () => server.calls(PATH) === ended + 3);
    }
  }
  await Promise.all(calls);
  assertEquals(order, [0, 1, 2, 3]);
});

Deno.test("Transport never sends a call that was canceled, or whose time was over, while it waited for a stream", async () => {
  await using full = await Full.open(2);
  const canceled = full.call();
  const late = full.call(50);
  const kept = full.call();
  canceled.cancel();
  assertUnsent(await canceled.ended, CANCELED);
  assertUnsent(await late.ended, DEADLINE);
  for (const end of full.hung) end();
  await waitFor("the call that was kept", () => full.hung.length === 3);
  full.hung[2]?.();
  assertStrictEquals(await kept.ended, undefined);
  assertStrictEquals(full.server.calls(PATH), 3);
});

for (
  const how of ["goAway", "disconnect", "close", "drain", "abort"] as const
) {
  Deno.test(`Transport drops what waits for a stream unsent on ${how}`, async () => {
    for (let round = 0; round < 10; round++) {
      await using full = await Full.open(2);
      const { server, transport } = full;
      const waiting = [0, 1, 2].map(() => full.call().ended);
      if (how === "drain" || how === "abort") transport[how]();
      else server[how]();
      const grpcCode = how === "abort" ? CANCELED : UNAVAILABLE;
      for (const ended of waiting) assertUnsent(await ended, grpcCode);
      assert(!transport.ready);
      if (how === "goAway" || how === "drain") {
        // What runs goes on to its end.
        for (const end of full.hung) end();
      }
      const ends = await Promise.all(full.running);
      if (how === "goAway" || how === "drain") {
        assertEquals(ends, [undefined, undefined]);
      }
      assertStrictEquals(server.calls(PATH), 2);
    }
  });
}

Deno.test("Transport heeds a limit that the peer changes while calls wait", async () => {
  await using full = await Full.open(2);
  const { server, hung, transport } = full;
  const calls = [0, 1, 2, 3].map(() => full.call().ended);
  server.allowStreams(3);
  await waitFor("one more call", () => hung.length === 3);
  server.allowStreams(1);
  await waitFor("the lower limit", () => transport.maxStreams === 1);
  // Those above the new limit go on; none is added until they have ended.
  const late = await full.call(20).ended;
  assertUnsent(late, DEADLINE);
  assertStringIncludes(late?.details ?? "", "for the only stream that");
  hung[0]?.();
  hung[1]?.();
  await Promise.all(full.running);
  assertUnsent(await full.call(20).ended, DEADLINE);
  assertStrictEquals(server.calls(PATH), 3);
  server.allowStreams(100);
  await waitFor("all calls", () => hung.length === 6);
  for (const end of hung) end();
  assertEquals(await Promise.all(calls), new Array(4).fill(undefined));
});

Deno.test("Transport waits for a peer that allows no stream at all", async () => {
  await using full = await Full.open(0);
  const { server, hung, transport } = full;
  assertStrictEquals(transport.freeStreams, 0);
  const late = await full.call(20).ended;
  assertUnsent(late, DEADLINE);
  assertStringIncludes(
    late?.details ?? "",
    `waited for a stream, of which ${server.endpoint} allows none`,
  );
  const call = full.call().ended;
  server.allowStreams(1);
  await waitFor("the call", () => hung.length === 1);
  hung[0]?.();
  assertStrictEquals(await call, undefined);
});

Deno.test("Transport has no limit where the peer names none", async () => {
  await using full = await Full.open(2);
  const dial = makeDial({ tls: undefined, keepAlive: false });
  await using server = await FakeServer.start();
  const gone = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();
  const transport = dial(parseEndpoint(server.endpoint, { tls: false }), {
    timeoutMs: 5_000,
    events: {
      onReady: ready.resolve,
      onDown() {},
      onGone: gone.resolve,
    },
  });
  await ready.promise;
  assert(transport.freeStreams > 2 ** 31, `${transport.freeStreams}`);
  assertStrictEquals(full.transport.freeStreams, 0);
  transport.abort();
  await gone.promise;
});

Deno.test("Transport gives streams and calls their turn in one order, and keeps what a stream was told meanwhile", async () => {
  await using full = await Full.open(1);
  const { server, hung, transport } = full;
  const seen: string[] = [];
  const WATCH = methods.watch.watch.path;
  server.handleStream(WATCH, async ({ messages, send }) => {
    seen.push("stream");
    for await (const message of messages) send(message);
  });
  const before = full.call().ended.then(() => seen.push("call before"));
  const settings = { timeoutMs: Infinity, headers: undefined };
  const replies: number[][] = [];
  const ended = Promise.withResolvers<CallStatus>();
  const stream = transport.stream(WATCH, {
    ...settings,
    onMessage(message) {
      replies.push([...message]);
      stream.read();
    },
    onEnd: ended.resolve,
  });
  const after = full.call().ended.then(() => seen.push("call after"));
  assertStrictEquals(stream.wait?.maxStreams, 1);
  stream.read();
  stream.send(new Uint8Array([1]));
  stream.send(new Uint8Array([2]));
  stream.halfClose();
  hung[0]?.();
  await waitFor("the call before", () => hung.length === 2);
  hung[1]?.();
  await stream.wait.over;
  await waitFor("the call after", () => hung.length === 3);
  hung[2]?.();
  await Promise.all([before, after]);
  assertStrictEquals((await ended.promise).grpcCode, 0);
  assertEquals(replies, [[1], [2]]);
  assertEquals(seen, ["call before", "stream", "call after"]);
});

Deno.test("Transport never opens a stream that was canceled while it waited for one", async () => {
  await using full = await Full.open(1);
  const { server, hung, transport } = full;
  const ended = Promise.withResolvers<CallStatus>();
  const stream = transport.stream(methods.watch.watch.path, {
    timeoutMs: Infinity,
    headers: undefined,
    onMessage() {},
    onEnd: ended.resolve,
  });
  stream.send(EMPTY);
  stream.cancel();
  assertUnsent(await ended.promise, CANCELED);
  await stream.wait?.over;
  const last = full.call().ended;
  hung[0]?.();
  await waitFor("the call behind it", () => hung.length === 2);
  hung[1]?.();
  assertStrictEquals(await last, undefined);
  assertStrictEquals(server.calls(), 2);
});

Deno.test("Transport never exceeds the limit nor sends what it has dropped, however calls are canceled", async () => {
  await using full = await Full.open(2);
  const { server, hung } = full;
  const arrived = new Set<number>();
  server.handle(PATH, async ({ request: [high = 0, low = 0] }) => {
    arrived.add(high << 8 | low);
    await new Promise((resolve) => setTimeout(resolve, low % 3));
    return EMPTY;
  });
  for (const end of hung) end();
  const ends = Array.from({ length: 400 }, async (_, id) => {
    await new Promise((resolve) => setTimeout(resolve, id % 40));
    const call = full.call(5_000, new Uint8Array([id >> 8, id & 255]));
    for (let turn = 0; turn < id % 7; turn++) await undefined;
    if (id % 3 === 0) call.cancel();
    if (id % 5 === 0) setTimeout(call.cancel, id % 4);
    return { id, status: await call.ended };
  });
  let unsent = 0;
  for (const { id, status } of await Promise.all(ends)) {
    // REFUSED_STREAM would be another code.
    if (status !== undefined) assertStrictEquals(status.grpcCode, CANCELED);
    if (status === undefined) assert(arrived.has(id));
    if (status?.reach !== "unsent") continue;
    unsent++;
    assert(!arrived.has(id), `${id} was sent`);
  }
  assert(unsent > 0);
});

Deno.test("describeWait() says what a call waits for", () => {
  const said = [0, 1, 5, Infinity].map((max) => describeWait(max, "http://a"));
  assertEquals(said, [
    "waited for a stream, of which http://a allows none (max concurrent streams)",
    "waited for the only stream that http://a allows (max concurrent streams)",
    "waited for one of the 5 streams that http://a allows (max concurrent streams)",
    "waited for http://a to read what was sent before",
  ]);
});
