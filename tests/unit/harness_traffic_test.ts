import { connect, createServer, type Socket } from "node:net";
import type { Buffer } from "node:buffer";
import { connect as connectHttp2 } from "node:http2";
import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import {
  ACK_FLAG,
  FRAME,
  FrameReader,
  type FrameSide,
} from "../harness/_frame_reader.ts";
import { Timeline } from "../scenarios/timeline.ts";
import {
  FakeServer,
  type LoneFaultProxy,
  startFaultProxy,
  waitFor,
} from "../harness/mod.ts";

const PREFACE = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const DATA = 0;
const RUNS = 30;

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly length: number;
}

const SETTINGS: Frame = { type: FRAME.settings, flags: 0, length: 18 };
const PING: Frame = { type: FRAME.ping, flags: 0, length: 8 };
const PONG: Frame = { type: FRAME.ping, flags: ACK_FLAG, length: 8 };
const GO_AWAY: Frame = { type: FRAME.goAway, flags: 0, length: 30 };

/** A frame whose payload would be taken for heads of PINGs. */
function encode({ type, flags, length }: Frame): Uint8Array {
  const bytes = new Uint8Array(9 + length).fill(FRAME.ping);
  bytes.set([length >> 16, length >> 8, length, type, flags, 0, 0, 0, 0]);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What a reader tells of bytes that come in the given pieces. */
function tell(side: FrameSide, pieces: Iterable<Uint8Array>): string[] {
  const told: string[] = [];
  const reader = new FrameReader(side, (type, flags) => {
    told.push(`${type}/${flags}`);
  });
  for (const piece of pieces) reader.read(piece);
  return told;
}

/** Cuts bytes into pieces of 0 to `most` bytes. */
function* pieces(bytes: Uint8Array, most: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const size = Math.floor(Math.random() * (most + 1));
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

function randomFrame(): Frame {
  const type = Math.floor(Math.random() * 10);
  const length = Math.floor(Math.random() ** 8 * 70_000);
  return { type, flags: Math.floor(Math.random() * 256), length };
}

Deno.test("FrameReader tells every frame however its bytes are cut", () => {
  for (let run = 0; run < RUNS; run++) {
    const frames = [SETTINGS, ...Array.from({ length: 20 }, randomFrame)];
    const bytes = joined(...frames.map(encode));
    const expected = frames.map(({ type, flags }) => `${type}/${flags}`);
    for (const most of [1, 7, 40, 20_000]) {
      assertEquals(tell("server", pieces(bytes, most)), expected);
      const sent = joined(PREFACE, bytes);
      assertEquals(tell("client", pieces(sent, most)), expected);
    }
  }
});

Deno.test("FrameReader tells nothing of what is not HTTP/2 in plain text", () => {
  const frames = joined(encode(SETTINGS), encode(PING));
  const tls = joined(new Uint8Array([22, 3, 1, 2, 0, 1]), frames);
  const answered = joined(encode({ ...SETTINGS, flags: ACK_FLAG }), frames);
  const torn = joined(PREFACE.with(23, 0), frames);
  const cases: readonly (readonly [FrameSide, Uint8Array])[] = [
    ["client", tls],
    ["server", tls],
    ["client", frames],
    ["client", torn],
    ["client", joined(PREFACE, encode(PING), frames)],
    ["server", joined(encode(PING), frames)],
    ["server", answered],
  ];
  for (const [side, bytes] of cases) {
    for (const most of [1, 1_000]) {
      assertEquals(tell(side, pieces(bytes, most)), []);
    }
  }
});

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

/** A connection to a proxy. */
async function connected(
  proxy: LoneFaultProxy,
): Promise<AsyncDisposable & { readonly socket: Socket; received: number }> {
  const port = Number(new URL(proxy.endpoint).port);
  const socket = connect(port, "127.0.0.1");
  const client = {
    socket,
    received: 0,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.destroy();
      await closed;
    },
  };
  socket.on("data", (bytes: Buffer) => client.received += bytes.length);
  socket.on("error", () => {});
  await waitFor("a connection", () => !socket.connecting);
  return client;
}

Deno.test("FaultProxy counts bytes, pings and GOAWAYs until its counts start anew", async () => {
  const answer = joined(encode(SETTINGS), encode(PING), encode(GO_AWAY));
  const hello = joined(PREFACE, encode(SETTINGS), encode(PONG));
  await using server = await serving(answer);
  await using proxy = await startFaultProxy(server.port);
  const before = performance.timeOrigin + performance.now();
  await using one = await connected(proxy);
  await using two = await connected(proxy);
  one.socket.write(hello);
  two.socket.write(hello);
  two.socket.write(encode(PING));
  await waitFor(
    "both answers",
    () => one.received === answer.length && two.received === answer.length,
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
  await using client = await connected(proxy);
  const hello = joined(PREFACE, encode(SETTINGS));
  const frame = encode({ type: DATA, flags: 0, length: 1_000 });
  client.socket.write(joined(hello, frame.subarray(0, 500)));
  await waitFor("the answer", () => client.received > 0);
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
