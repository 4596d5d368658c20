// All time of a connection is that of the clock it is given.
import { assert, assertEquals } from "@std/assert";
import { nextTick } from "node:process";
import { makeDial } from "../../../../../balancers/dial/mod.ts";
import { Connection } from "../../../../../balancers/http2/connection/_connection.ts";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import type { UnaryAnswer } from "../../../../../balancers/transport/mod.ts";
import { waitFor } from "../../../../harness/mod.ts";
import { BlackHole } from "../../../support/_black_hole.ts";
import { FakeClock } from "../../../support/_fake_clock.ts";
import { Dialled, EMPTY, PATH } from "../peer/_dialled.ts";
import { FakeConn } from "../peer/_fake_conn.ts";
import { raw, SERVER_SETTINGS } from "../support/_raw_frame.ts";
import { answer, RawPeer, settings } from "../peer/_raw_peer.ts";

const HOUR_MS = 3_600_000;

/** A connection in a time that stands still, and what it has written. */
async function opened() {
  const clock = new FakeClock();
  const sent: number[] = [];
  const ended: UnaryAnswer[] = [];
  const downs: string[] = [];
  const conn = new FakeConn((bytes) => sent.push(...bytes));
  const client = new Connection(conn, {
    scope: { scheme: "http", authority: "test" },
    clock,
    pings: { timeMs: 5 * HOUR_MS, timeoutMs: HOUR_MS },
    listener: {
      onSettled() {},
      onStreams() {},
      onDown: ({ reason }) => downs.push(reason),
      onTooManyPings() {},
      onGone() {},
    },
  });
  const turn = () => new Promise<void>((resolve) => nextTick(resolve));
  const settle = async () => {
    await turn();
    conn.written();
    await turn();
  };
  const call = (timeoutMs: number) =>
    client.calls.unary(PATH, EMPTY, {
      timeoutMs,
      headers: undefined,
      onEnd: (answer) => ended.push(answer),
    });
  await settle();
  conn.deliver(SERVER_SETTINGS);
  await settle();
  return { clock, conn, client, call, settle, sent, ended, downs };
}

/** Whether the last bytes are a frame of this type with 8 bytes. */
function lastIs(type: number, sent: readonly number[]): boolean {
  return sent.at(-http2.FRAME_HEAD_BYTES - 8 + 3) === type;
}

Deno.test("Connection ends a call by its clock, and not a moment before", async () => {
  const { clock, call, settle, ended } = await opened();
  call(2 * HOUR_MS);
  await settle();
  clock.advance(2 * HOUR_MS - 1);
  await settle();
  assertEquals(ended.length, 0);
  clock.advance(1);
  await settle();
  assertEquals(ended.map((end) => "grpcCode" in end && end.grpcCode), [4]);
  assertEquals(clock.pending, 0);
});

Deno.test("Connection pings by its clock, and is lost by it without an answer", async () => {
  const { clock, call, settle, sent, ended, downs } = await opened();
  call(Infinity);
  await settle();
  clock.advance(5 * HOUR_MS - 1);
  await settle();
  assert(!lastIs(http2.PING, sent));
  clock.advance(1);
  await settle();
  assert(lastIs(http2.PING, sent));
  clock.advance(HOUR_MS);
  await settle();
  assertEquals(downs, [`no answer to a ping within ${HOUR_MS} ms`]);
  assertEquals(ended.length, 1);
  assertEquals(clock.pending, 0);
});

Deno.test("Connection gives its last words the time of its clock", async () => {
  const { clock, conn, client, call } = await opened();
  call(Infinity);
  client.drain();
  conn.deliver(raw(...answer(1, "x")));
  // The peer takes nothing any more.
  await new Promise<void>((resolve) => nextTick(resolve));
  assert(!client.gone);
  clock.advance(1_000);
  await new Promise<void>((resolve) => nextTick(resolve));
  assert(client.gone);
  assertEquals(clock.pending, 0);
});

Deno.test("Dialling tries the next address when the clock says so", async () => {
  using hole = await BlackHole.open();
  await using server = new RawPeer();
  const clock = new FakeClock();
  await using dialled = new Dialled(server.address, {
    target: `ipv4:${hole.address},${server.address}`,
    dial: makeDial({
      tls: undefined,
      keepAlive: false,
      transport: "http2",
      clock,
    }),
  });
  // One for the dial, one for the next address.
  await waitFor("the first address", () => clock.pending === 2);
  assertEquals(dialled.transport.sockets, 1);
  clock.advance(250);
  const peer = await server.accept();
  await peer.say(settings());
  await dialled.ready.promise;
  assertEquals(clock.pending, 0);
});
