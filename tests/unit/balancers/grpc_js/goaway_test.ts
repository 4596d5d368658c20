// What a client makes of GOAWAY frames, at whatever moment they come.
import { assert, assertEquals } from "@std/assert";
import { EventEmitter } from "node:events";
import type { Http2Session } from "node:http2";
import { setImmediate } from "node:timers";
import { makeDial } from "../../../../balancers/dial/_dial.ts";
import { parseEndpoint } from "../../../../balancers/transport/_endpoint.ts";
import {
  type Goaway,
  guardGoaway,
} from "../../../../balancers/grpc_js/_goaway_guard.ts";
import { PingPace } from "../../../../balancers/transport/_ping_pace.ts";
import { methods } from "../../../../proto/methods.ts";
import { FRAME } from "../../../../testing/proxy/_frame_reader.ts";
import { FakeServer, waitFor } from "../../../harness/mod.ts";
import { run } from "../../support/_program.ts";
import { TcpPeer, writeAll } from "../../support/_tcp_peer.ts";

const RANGE = methods.kv.range.path;
const ENHANCE_YOUR_CALM = 11;
const TOO_MANY_PINGS = new TextEncoder().encode("too_many_pings");

/** A frame of the connection itself, without flags. */
function frame(type: number, payload: readonly number[] = []): number[] {
  const { length } = payload;
  return [0, length >> 8, length & 255, type, 0, ...[0, 0, 0, 0], ...payload];
}

/** A session that only keeps what it is told to do. */
class FakeSession extends EventEmitter {
  readonly ends: string[] = [];

  close(): void {
    this.ends.push("close");
  }

  destroy(): void {
    this.ends.push("destroy");
  }
}

function guarded(onGoaway?: (goaway: Goaway) => void) {
  const session = new FakeSession();
  guardGoaway(session as unknown as Http2Session, onGoaway);
  return session;
}

function immediate(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => resolve()));
}

Deno.test("guardGoaway() has the session's end wait until the GOAWAY is handled", async () => {
  const session = guarded();
  session.on("goaway", () => session.close());
  session.emit("goaway", 0, 0, undefined);
  session.destroy();
  assertEquals(session.ends, []);
  await immediate();
  assertEquals(session.ends, ["close", "destroy"]);
  session.close();
  assertEquals(session.ends, ["close", "destroy", "close"]);
});

Deno.test("guardGoaway() lets a session end after two GOAWAYs of one moment", async () => {
  const session = guarded();
  session.emit("goaway", 0, 2 ** 31 - 1, undefined);
  session.emit("goaway", 0, 5, undefined);
  session.close();
  await immediate();
  assertEquals(session.ends, ["close"]);
  session.destroy();
  assertEquals(session.ends, ["close", "destroy"]);
});

Deno.test("guardGoaway() tells of a GOAWAY though all listeners were removed", async () => {
  const told: unknown[] = [];
  const session = guarded((goaway) => told.push(goaway));
  session.removeAllListeners();
  session.emit("goaway", ENHANCE_YOUR_CALM, 3, TOO_MANY_PINGS);
  session.emit("ping", 1);
  await immediate();
  assertEquals(told, [
    { code: ENHANCE_YOUR_CALM, lastStreamId: 3, data: TOO_MANY_PINGS },
  ]);
});

/** A server that says GOAWAY right after its SETTINGS, in one packet. */
function leaving(code: number): TcpPeer {
  const settings = frame(FRAME.settings);
  const goaway = frame(FRAME.goAway, [...[0, 0, 0, 0], ...[0, 0, 0, code]]);
  return new TcpPeer(async (connection) => {
    await writeAll(connection, Uint8Array.of(...settings, ...goaway));
    const buffer = new Uint8Array(1_000);
    while (await connection.read(buffer) !== null);
  });
}

Deno.test("Client survives a GOAWAY in the packet of the first SETTINGS, and dials again", async () => {
  // NO_ERROR is a member that stops, ENHANCE_YOUR_CALM a proxy that is full.
  await using stopping = leaving(0);
  await using full = leaving(ENHANCE_YOUR_CALM);
  const ended = await run(`
    const client = new Client({
      transport: "grpc-js",
      endpoints: ["http://${stopping.address}", "http://${full.address}"],
    });
    const error = await client.get("k", { timeoutMs: 3_000 })
      .finally(() => client.close()).catch((error) => error);
    console.log(error.code);
    for (const { lastError } of client.balancer.endpoints) {
      console.log(lastError);
    }
  `);
  const reasons = [0, ENHANCE_YOUR_CALM].map((code) =>
    `connected, but the server said GOAWAY with code ${code} at once\n`
  );
  assertEquals([ended.code, ended.output, ended.errors], [
    0,
    `unavailable\n${reasons.join("")}`,
    "",
  ]);
  // Again after about 1 s, and after 1.6 s more: no busy loop.
  for (const { accepted } of [stopping, full]) {
    assert(accepted === 2 || accepted === 3, `${accepted} dials`);
  }
});

Deno.test("PingPace doubles the interval once for connections that were pinged the same", () => {
  const pace = new PingPace({ timeMs: 1_000, timeoutMs: 300 });
  const first = pace.current;
  assertEquals(first, { timeMs: 1_000, timeoutMs: 300 });
  pace.tooMany(first);
  pace.tooMany(first);
  assertEquals(pace.current, { timeMs: 2_000, timeoutMs: 300 });
  pace.tooMany(pace.current);
  assertEquals(pace.current.timeMs, 4_000);
  const slowest = new PingPace({ timeMs: 2 ** 31 - 1, timeoutMs: 1 });
  slowest.tooMany(slowest.current);
  assertEquals(slowest.current.timeMs, 2 ** 31 - 1, "a timer cannot wait more");
});

Deno.test("a connection is pinged half as often after a GOAWAY for too many pings", async () => {
  const firstPings: number[] = [];
  let opened = 0;
  await using server = await FakeServer.start();
  server.onPing = () => {
    if (firstPings.length < opened) firstPings.push(performance.now());
  };
  server.handleStream(RANGE, async ({ messages }) => {
    for await (const _ of messages);
  });
  const timeMs = 60;
  const dial = makeDial({
    tls: undefined,
    keepAlive: { timeMs, timeoutMs: 5_000 },
    transport: "grpc-js",
  });
  const waits: number[] = [];
  for (const said of [TOO_MANY_PINGS, undefined]) {
    const ready = Promise.withResolvers<void>();
    const down = Promise.withResolvers<string>();
    const gone = Promise.withResolvers<void>();
    const transport = dial(parseEndpoint(server.endpoint, { tls: false }), {
      timeoutMs: 5_000,
      events: {
        onReady: ready.resolve,
        onDown: ({ reason }) => down.resolve(reason),
        onGone: gone.resolve,
      },
    });
    await ready.promise;
    opened++;
    const openedAt = performance.now();
    const settings = { timeoutMs: Infinity, headers: undefined };
    transport.stream(RANGE, { ...settings, onMessage() {}, onEnd() {} }).read();
    await waitFor("a ping", () => firstPings.length === opened);
    waits.push((firstPings.at(-1) ?? 0) - openedAt);
    if (said === undefined) transport.abort();
    else {
      server.goAway(ENHANCE_YOUR_CALM, { data: said });
      assertEquals(
        await down.promise,
        'the server said GOAWAY with code 11 and "too_many_pings"',
      );
      transport.abort();
    }
    await gone.promise;
  }
  const [before = 0, after = 0] = waits;
  // Timers may fire a millisecond early, and late.
  assert(before >= timeMs - 2, `${before} ms`);
  assert(after >= 2 * timeMs - 2, `${after} ms`);
});
