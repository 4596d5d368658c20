// How many calls there are at once, how long they may take, and what is said
// of them to the peer.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Connection } from "../../../../../balancers/http2/connection/_connection.ts";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import type { Down } from "../../../../../balancers/http2/connection/_listener.ts";
import { grpcTimeout } from "../../../../../balancers/http2/streams/_deadlines.ts";
import { SYSTEM_CLOCK } from "../../../../../balancers/transport/mod.ts";
import { waitFor } from "../../../../harness/mod.ts";
import { connected, EMPTY, PATH, replyOf, statusOf } from "../peer/_dialled.ts";
import { FakeConn } from "../peer/_fake_conn.ts";
import { BlockReader } from "../hpack/_blocks.ts";
import { raw } from "../support/_raw_frame.ts";
import {
  ANSWER,
  answer,
  data,
  headers,
  type Heard,
  message,
  settings,
  trailers,
} from "../peer/_raw_peer.ts";

const DEADLINE = 4;
const CANCELED = 1;

/** The streams that were opened, in their order. */
function opened(heard: readonly Heard[]): number[] {
  return heard.filter(({ type }) => type === http2.HEADERS)
    .map(({ streamId }) => streamId);
}

Deno.test("Connection opens no more streams than the peer allows, and none of what was canceled", async () => {
  await using it = await connected({
    settings: [[http2.SETTINGS_MAX_CONCURRENT_STREAMS, 2]],
  });
  const running = [it.dialled.call(), it.dialled.call()];
  const canceled = it.dialled.call();
  const late = it.dialled.call({ timeoutMs: 20 });
  const kept = it.dialled.call({ request: Uint8Array.of(7) });
  assertEquals([it.transport.maxStreams, it.transport.freeStreams], [2, -3]);
  canceled.cancel();
  for (
    const { call, grpcCode } of [
      { call: canceled, grpcCode: CANCELED },
      { call: late, grpcCode: DEADLINE },
    ]
  ) {
    const status = await statusOf(call);
    assertEquals([status.grpcCode, status.reach], [grpcCode, "unsent"]);
    assertStringIncludes(status.details, "one of the 2 streams that");
  }
  assertEquals(opened(it.peer.heard), [1, 3]);
  await it.peer.say(...answer(3, "first"));
  await it.peer.frame(http2.DATA, 5);
  assertEquals(opened(it.peer.heard), [1, 3, 5]);
  await it.peer.say(...answer(1, "second"), ...answer(5, "kept"));
  assertEquals(await replyOf(kept), "kept");
  assertEquals(await Promise.all(running.map(replyOf)), ["second", "first"]);
});

Deno.test("Connection heeds a limit that is changed, and one that is 0", async () => {
  await using it = await connected({
    settings: [[http2.SETTINGS_MAX_CONCURRENT_STREAMS, 0]],
  });
  const call = it.dialled.call();
  assertEquals(it.transport.freeStreams, -1);
  await it.peer.say(settings([http2.SETTINGS_MAX_CONCURRENT_STREAMS, 1]));
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(...answer(1, "at last"));
  assertEquals(await replyOf(call), "at last");
});

Deno.test("Connection is left before its ids run out, and its calls go on", async () => {
  const downs: Down[] = [];
  const sent: Uint8Array[] = [];
  const conn = new FakeConn((bytes) => sent.push(bytes));
  let gone = false;
  const connection = new Connection(conn, {
    scope: { scheme: "http", authority: "test:1" },
    clock: SYSTEM_CLOCK,
    pings: undefined,
    firstStreamId: http2.MAX_STREAM_ID - 4_006,
    listener: {
      onSettled() {},
      onStreams() {},
      onDown: (why) => downs.push(why),
      onTooManyPings() {},
      onGone: () => gone = true,
    },
  });
  conn.deliver(raw(settings()));
  let ids = 0;
  const replies: string[] = [];
  while (connection.ready) {
    assert(ids++ < 10, "it is not left");
    connection.calls.unary(PATH, EMPTY, {
      timeoutMs: Infinity,
      headers: undefined,
      onEnd: (answer) => {
        assert(answer instanceof Uint8Array);
        replies.push(new TextDecoder().decode(answer));
      },
    });
    await undefined;
  }
  assertEquals(downs, [
    { kind: "worn", reason: "the connection has hardly any stream ids left" },
  ]);
  assertEquals(connection.calls.inFlight, ids);
  await waitFor("the write", () => sent.length > 0);
  for (let call = 0; call < ids; call++) {
    const id = http2.MAX_STREAM_ID - 4_006 + 2 * call;
    conn.deliver(raw(...answer(id, "x")));
  }
  assertEquals(replies.length, ids);
  // Its last words are written.
  await waitFor("the end", () => {
    conn.written();
    return gone;
  });
});

Deno.test("Connection tells the peer how much time there is, and resets what is late", async () => {
  await using it = await connected();
  const startedAt = performance.now();
  const call = it.dialled.call({ timeoutMs: 150.5 });
  const patient = it.dialled.call({ timeoutMs: 60_000 });
  const reader = new BlockReader();
  const timeouts = [];
  for (const id of [1, 3]) {
    const { payload } = await it.peer.frame(http2.HEADERS, id);
    const fields = Object.fromEntries(reader.fields(payload));
    timeouts.push(fields["grpc-timeout"]);
  }
  assertEquals(timeouts, ["151m", "60000m"]);
  const { grpcCode, reach } = await statusOf(call);
  assertEquals([grpcCode, reach], [DEADLINE, "unanswered"]);
  assert(performance.now() - startedAt >= 150);
  const { payload } = await it.peer.frame(http2.RST_STREAM, 1);
  assertEquals(payload[3], http2.CANCEL);
  // What comes for it all the same harms nobody.
  await it.peer.say(...answer(1, "late"), ...answer(3, "in time"));
  assertEquals(await replyOf(patient), "in time");
});

Deno.test("Connection does not send a call that has no time left", async () => {
  await using it = await connected();
  const { grpcCode, reach } = await statusOf(
    it.dialled.call({ timeoutMs: 0 }),
  );
  assertEquals([grpcCode, reach], [DEADLINE, "unsent"]);
  const next = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(...answer(1, "x"));
  await replyOf(next);
  assertEquals(opened(it.peer.heard), [1]);
});

Deno.test("grpcTimeout() has at most eight digits, and is never 0", () => {
  const times = [0.2, 1, 99_999_999, 100_000_000, 1e15].map(grpcTimeout);
  assertEquals(times, ["1m", "1m", "99999999m", "100000S", "99999999S"]);
});

Deno.test("Connection ends many calls of many deadlines, each at its time", async () => {
  await using it = await connected();
  const ends: number[] = [];
  const calls = Array.from({ length: 300 }, (_, at) => {
    const timeoutMs = 20 + (at * 37) % 100;
    const startedAt = performance.now();
    return it.dialled.call({ timeoutMs }).ended.then((status) => {
      assert(!(status instanceof Uint8Array));
      assertEquals(status.grpcCode, DEADLINE);
      const early = timeoutMs - (performance.now() - startedAt);
      assert(early <= 0, `${early} ms early`);
      ends.push(timeoutMs);
    });
  });
  await Promise.all(calls);
  assertEquals(ends.length, 300);
  assertEquals(it.transport.inFlight, 0);
});

for (const how of ["an answer", "a status", "an HTTP error"] as const) {
  Deno.test(`Connection ends a call at ${how} that comes before the end of its request`, async () => {
    await using it = await connected();
    // Above the window of 65 535 bytes: the rest waits.
    const call = it.dialled.call({ request: new Uint8Array(200_000) });
    await it.peer.frame(http2.DATA, 1);
    if (how === "an answer") await it.peer.say(...answer(1, "enough"));
    else if (how === "a status") {
      await it.peer.say(trailers(1, { ...ANSWER, "grpc-status": "8" }));
    } else {
      await it.peer.say(
        headers(1, { ":status": "413", "content-type": "text/html" }),
        data(1, message("<html>")),
      );
    }
    const end = await call.ended;
    if (how === "an answer") assert(end instanceof Uint8Array);
    else assert(!(end instanceof Uint8Array) && end.reach === "answered");
    // The peer is told that the rest does not come.
    const { payload } = await it.peer.frame(http2.RST_STREAM, 1);
    assertEquals(payload[3], http2.CANCEL);
    assertEquals(it.transport.inFlight, 0);
  });
}

Deno.test("Connection resets a call that is canceled, once, and tells so later", async () => {
  await using it = await connected();
  const call = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  let told = false;
  const ended = statusOf(call).finally(() => told = true);
  call.cancel();
  call.cancel();
  assert(!told);
  assertEquals((await ended).grpcCode, CANCELED);
  await it.peer.frame(http2.RST_STREAM, 1);
  const next = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 3);
  await it.peer.say(...answer(3, "x"));
  await replyOf(next);
  const resets = it.peer.heard.filter(({ type }) => type === http2.RST_STREAM);
  assertEquals(resets.length, 1);
});
