// Answers that come after their calls were given up, and ids that run out.
import { assert, assertEquals } from "@std/assert";
import { Connection } from "../../../../../balancers/http2/connection/_connection.ts";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import {
  SYSTEM_CLOCK,
  type UnaryAnswer,
} from "../../../../../balancers/transport/mod.ts";
import { waitFor } from "../../../../harness/mod.ts";
import { connected, EMPTY, PATH, replyOf, statusOf } from "../peer/_dialled.ts";
import { FakeConn } from "../peer/_fake_conn.ts";
import { raw, SERVER_SETTINGS } from "../support/_raw_frame.ts";
import { ANSWER, answer, data, headers, message } from "../peer/_raw_peer.ts";
import { STREAM_WINDOW_BYTES } from "../../../../../balancers/http2/socket/_windows.ts";

const CALLS = 5_000;

Deno.test("Connection is not flooded by the answers to many calls that were canceled at once", async () => {
  await using it = await connected();
  const calls = Array.from({ length: CALLS }, () => it.dialled.call());
  const lastId = 2 * CALLS - 1;
  await it.peer.frame(http2.HEADERS, lastId);
  for (const call of calls) call.cancel();
  await Promise.all(calls.map(statusOf));
  await it.peer.frame(http2.RST_STREAM, lastId);
  for (let id = 1; id <= lastId; id += 2) {
    // As a server does that stood still meanwhile.
    it.peer.heard.length = 0;
    await it.peer.say(...answer(id, "late"));
  }
  const next = it.dialled.call();
  await it.peer.frame(http2.HEADERS, lastId + 2);
  await it.peer.say(...answer(lastId + 2, "in time"));
  assertEquals(await replyOf(next), "in time");
  assert(it.transport.ready);
});

Deno.test("Connection is not flooded by the small messages on their way to a stream that is given up", async () => {
  await using it = await connected();
  const { stream, ended } = it.dialled.stream();
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(headers(1, ANSWER));
  stream.cancel();
  await ended;
  await it.peer.frame(http2.RST_STREAM, 1);
  // As much as the window allows, in messages as small as events are.
  const size = 100;
  const some = new Array(1_000).fill(
    data(1, message(new Uint8Array(size - 5))),
  );
  for (let said = 0; said < STREAM_WINDOW_BYTES - 1_000 * size;) {
    await it.peer.say(...some);
    said += 1_000 * size;
  }
  const next = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 3);
  await it.peer.say(...answer(3, "served"));
  assertEquals(await replyOf(next), "served");
  assert(it.transport.ready);
});

Deno.test("Connection gives no call an id that there is none of, though many begin at once", async () => {
  const written: Uint8Array[] = [];
  const conn = new FakeConn((bytes) => written.push(bytes.slice()));
  const connection = new Connection(conn, {
    scope: { scheme: "http", authority: "test" },
    clock: SYSTEM_CLOCK,
    pings: undefined,
    firstStreamId: http2.MAX_STREAM_ID - 20,
    listener: {
      onSettled() {},
      onStreams() {},
      onDown() {},
      onTooManyPings() {},
      onGone() {},
    },
  });
  conn.deliver(SERVER_SETTINGS);
  const ended: UnaryAnswer[] = [];
  for (let call = 0; call < 15; call++) {
    connection.calls.unary(PATH, EMPTY, {
      timeoutMs: Infinity,
      headers: undefined,
      onEnd: (answer) => ended.push(answer),
    });
  }
  // Ids that are left: that one, and ten more.
  await waitFor("those without", () => ended.length === 4);
  assert(ended.every((end) => "reach" in end && end.reach === "unsent"));
  conn.deliver(raw(...answer(http2.MAX_STREAM_ID, "the last one")));
  assertEquals(ended.length, 5);
  assert(ended[4] instanceof Uint8Array);
  connection.abort();
});
