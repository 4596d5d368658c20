// What a fault proxy counts.
import { createServer, type Socket } from "node:net";
import { connect as connectHttp2 } from "node:http2";
import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { ACK_FLAG, FRAME } from "../../../../testing/proxy/_frame_reader.ts";
import { Timeline } from "../../../scenarios/recording/timeline.ts";
import { FakeServer, startFaultProxy, waitFor } from "../../../harness/mod.ts";
import { Client } from "./_ends.ts";
import {
  encode,
  type Frame,
  PING,
  PREFACE,
  SETTINGS,
} from "./_http2_frames.ts";
import { joined } from "../../support/_joined.ts";

const DATA = 0;

const PONG: Frame = { type: FRAME.ping, flags: ACK_FLAG, length: 8 };
const GO_AWAY: Frame = { type: FRAME.goAway, flags: 0, length: 30 };

/** A server that says what it is given once the client has sent something. */
async function serving(
  answer: Uint8Array,
): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.once("data", () => socket.write(answer));
    // An error is always followed by 'close', which is all that matters here.
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve())
  );
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

Deno.test("FaultProxy counts bytes, pings and GOAWAYs until its counts start anew", async () => {
  const answer = joined(encode(SETTINGS), encode(PING), encode(GO_AWAY));
  const hello = joined(PREFACE, encode(SETTINGS), encode(PONG));
  await using server = await serving(answer);
  await using proxy = await startFaultProxy(server.port);
  const before = performance.timeOrigin + performance.now();
  await using one = await Client.open(proxy.endpoint);
  await using two = await Client.open(proxy.endpoint);
  one.socket.write(hello);
  two.socket.write(hello);
  two.socket.write(encode(PING));
  await waitFor(
    "both answers",
    () => one.size === answer.length && two.size === answer.length,
  );
  await waitFor("the ping", async () => {
    return (await proxy.stats()).pingTimesMs.length === 1;
  });
  const after = performance.timeOrigin + performance.now();
  const { pingTimesMs: [pingMs = 0], ...stats } = await proxy.stats();
  assertEquals(stats, {
    open: 2,
    accepted: 2,
    openMax: 2,
    bytesFromClients: 2 * hello.length + encode(PING).length,
    bytesFromServer: 2 * answer.length,
    goAways: 2,
  });
  // Clocks of two threads: a millisecond between them is possible.
  assertGreaterOrEqual(pingMs, before - 1);
  assertGreaterOrEqual(after + 1, pingMs);
  await proxy.resetStats();
  assertEquals(await proxy.stats(), {
    open: 2,
    accepted: 0,
    openMax: 2,
    bytesFromClients: 0,
    bytesFromServer: 0,
    pingTimesMs: [],
    goAways: 0,
  });
});

Deno.test("FaultProxy counts the pings of a real HTTP/2 connection, and a timeline has their times", async () => {
  await using server = await FakeServer.start();
  await using proxy = await startFaultProxy(
    Number(new URL(server.endpoint).port),
  );
  const session = connectHttp2(proxy.endpoint);
  await new Promise<void>((resolve, reject) => {
    session.once("connect", () => resolve());
    session.once("error", reject);
  });
  const ping = () =>
    new Promise<void>((resolve, reject) =>
      session.ping((error) => error ? reject(error) : resolve())
    );
  const timeline = new Timeline();
  const startedAt = performance.now();
  await ping();
  timeline.note("between");
  await ping();
  const stats = await proxy.stats();
  assertEquals([stats.pingTimesMs.length, stats.goAways], [2, 0]);
  const member = { name: "m1", endpoint: proxy.endpoint, proxy };
  await timeline.addPings({ members: [member] });
  const events = timeline.eventsSince(startedAt, { members: [member] });
  assertEquals(
    events.map(({ kind, member }) => [kind, member]),
    [["ping", "m1"], ["note", undefined], ["ping", "m1"]],
  );
  const gone = new Promise((resolve) => session.once("close", resolve));
  session.close();
  await gone;
});

Deno.test("FaultProxy counts what a fault throws away, and frames torn by it", async () => {
  await using server = await serving(encode(SETTINGS));
  await using proxy = await startFaultProxy(server.port);
  await using client = await Client.open(proxy.endpoint);
  const hello = joined(PREFACE, encode(SETTINGS));
  const frame = encode({ type: DATA, flags: 0, length: 1_000 });
  client.socket.write(joined(hello, frame.subarray(0, 500)));
  await waitFor("the answer", () => client.size > 0);
  await proxy.set({ kind: "blackhole" });
  client.socket.write(joined(frame.subarray(500), encode(PING)));
  await waitFor("the ping", async () => {
    return (await proxy.stats()).pingTimesMs.length === 1;
  });
  const { bytesFromClients } = await proxy.stats();
  assertEquals(
    bytesFromClients,
    hello.length + frame.length + encode(PING).length,
  );
});
