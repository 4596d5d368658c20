// What goes out in which writes, over a connection without a socket.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { nextTick } from "node:process";
import { Connection } from "../../../../../balancers/http2/connection/_connection.ts";
import { SYSTEM_CLOCK } from "../../../../../balancers/transport/mod.ts";
import type { Down } from "../../../../../balancers/http2/connection/_listener.ts";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import type { UnaryAnswer } from "../../../../../balancers/transport/mod.ts";
import { EMPTY, PATH } from "../peer/_dialled.ts";
import { FakeConn } from "../peer/_fake_conn.ts";
import { raw } from "../support/_raw_frame.ts";
import { answer, settings, windowUpdate } from "../peer/_raw_peer.ts";

const MEBIBYTE = 1_048_576;
/** Tokens are in no table. */
const TOKEN = "t".repeat(2_000);

/** A connection, and all that it writes. */
class Written {
  readonly writes: Uint8Array[] = [];
  readonly conn: FakeConn = new FakeConn((bytes) => this.writes.push(bytes));
  readonly downs: Down[] = [];
  readonly answers: UnaryAnswer[] = [];
  readonly client: Connection;
  frees = 0;
  gone = false;

  constructor() {
    this.client = new Connection(this.conn, {
      scope: { scheme: "http", authority: "test:1" },
      clock: SYSTEM_CLOCK,
      pings: undefined,
      listener: {
        onSettled() {},
        onStreams: () => this.frees++,
        onDown: (why) => this.downs.push(why),
        onTooManyPings() {},
        onGone: () => this.gone = true,
      },
    });
    this.conn.deliver(raw(settings()));
  }

  call(request: Uint8Array = EMPTY): void {
    this.client.calls.unary(PATH, request, {
      timeoutMs: Infinity,
      headers: { token: TOKEN },
      onEnd: (answer) => this.answers.push(answer),
    });
  }

  /** All that is due in this turn of the event loop. */
  turn(): Promise<void> {
    return new Promise((resolve) => nextTick(resolve));
  }

  get bytes(): number {
    return this.writes.reduce((sum, { length }) => sum + length, 0);
  }
}

Deno.test("Connection writes what one turn starts at once, later microtasks included", async () => {
  const it = new Written();
  await it.turn();
  it.conn.written();
  const before = it.writes.length;
  for (let call = 0; call < 10; call++) it.call();
  // As what awaits a reply does that has come in this turn.
  const later = (async () => {
    for (let turns = 0; turns < 20; turns++) await undefined;
    it.call();
  })();
  await later;
  assertEquals(it.writes.length, before);
  await it.turn();
  assertEquals(it.writes.length, before + 1);
  it.client.abort();
});

Deno.test("Connection has one write at a time, and joins what comes meanwhile", async () => {
  const it = new Written();
  await it.turn();
  assertEquals(it.writes.length, 1, "the preface is being written");
  for (let call = 0; call < 3; call++) {
    it.call();
    await it.turn();
  }
  assertEquals(it.writes.length, 1);
  it.conn.written();
  assertEquals(it.writes.length, 2);
  it.conn.written();
  await it.turn();
  assertEquals(it.writes.length, 2);
  it.client.abort();
});

Deno.test("Connection allows no call while too much waits for a peer that does not read", async () => {
  const it = new Written();
  await it.turn();
  let calls = 0;
  for (; it.client.calls.freeStreams > 0; calls++) {
    it.call();
    assert(calls < 10_000);
  }
  assert(calls > 1_000, `${calls} calls`);
  // Nor is one sent that does not ask first.
  it.call(new Uint8Array(MEBIBYTE));
  await it.turn();
  assertEquals(it.answers.length, 1);
  const [refused] = it.answers;
  assert(!(refused instanceof Uint8Array) && refused?.reach === "unsent");
  assertEquals(it.writes.length, 1);
  const before = it.frees;
  it.conn.written();
  assert(it.frees > before, "it tells that there is room");
  assert(it.client.calls.freeStreams > 0);
  assert(it.bytes < 5 * MEBIBYTE, `${it.bytes} bytes`);
  it.client.abort();
  await it.turn();
  assertEquals(it.answers.length, calls + 1);
});

Deno.test("Connection keeps requests back that a peer does not read, though its windows allow them", async () => {
  const it = new Written();
  it.conn.deliver(raw(
    settings([http2.SETTINGS_INITIAL_WINDOW_SIZE, http2.MAX_WINDOW_SIZE]),
    windowUpdate(0, http2.MAX_WINDOW_SIZE - http2.DEFAULT_WINDOW_SIZE),
  ));
  await it.turn();
  const request = new Uint8Array(MEBIBYTE);
  for (let call = 0; call < 20; call++) it.call(request);
  await it.turn();
  it.conn.written();
  // Of 20 MiB it copies hardly more than one at a time.
  const largest = () => Math.max(...it.writes.map(({ length }) => length));
  for (let writes = 0; it.bytes < 20 * MEBIBYTE; writes++) {
    assert(writes < 200, `${it.bytes} bytes`);
    it.conn.written();
    await it.turn();
  }
  assert(largest() < 2 * MEBIBYTE, `${largest()} bytes`);
  it.conn.written();
  for (let call = 0; call < 20; call++) {
    it.conn.deliver(raw(...answer(2 * call + 1, "x")));
  }
  assertEquals(it.answers.length, 20);
  it.client.abort();
});

Deno.test("Connection ends where its answers are not read", async () => {
  const it = new Written();
  await it.turn();
  const ping = { type: http2.PING, payload: new Uint8Array(8) };
  const pings = new Array(5_000).fill(ping);
  for (let id = 1; it.downs.length === 0; id += 2) {
    assert(id < 1_000, "it goes on");
    // Where calls are served, it is no flood.
    const free = it.client.calls.freeStreams > 0;
    if (free) it.call();
    it.conn.deliver(raw(...pings, ...free ? answer(id, "x") : []));
  }
  assertStringIncludes(it.downs[0]?.reason ?? "", "does not read");
  it.conn.written();
  it.conn.written();
  await it.turn();
  assert(it.conn.closed);
});
