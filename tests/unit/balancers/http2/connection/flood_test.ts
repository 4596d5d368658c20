// Pings, and peers that send too much of what nobody asked for.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { MAX_USELESS_FRAMES } from "../../../../../balancers/http2/streams/_flood_guard.ts";
import { sleep, waitFor } from "../../../../harness/mod.ts";
import { http2Dial } from "../../../../../balancers/http2/mod.ts";
import {
  PingPace,
  SYSTEM_CLOCK,
} from "../../../../../balancers/transport/mod.ts";
import { connected, Dialled, replyOf, statusOf } from "../peer/_dialled.ts";
import { raw, type RawFrame } from "../support/_raw_frame.ts";
import {
  ANSWER,
  answer,
  data,
  goaway,
  headers,
  message,
  RawPeer,
  reset,
  settings,
  trailers,
  windowUpdate,
} from "../peer/_raw_peer.ts";

const PING: RawFrame = {
  type: http2.PING,
  payload: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
};

/** What a peer may send again and again, though nobody asked for it. */
const FLOODS: Readonly<Record<string, RawFrame>> = {
  "PING": PING,
  "answers to no PING": { ...PING, flags: http2.ACK },
  "SETTINGS": settings(),
  "RST_STREAM of closed streams": reset(1, http2.CANCEL),
  "HEADERS of closed streams": trailers(1),
  "DATA of closed streams": data(1, new Uint8Array(10)),
  "empty DATA": data(3, new Uint8Array()),
  "DATA of padding": {
    type: http2.DATA,
    flags: http2.PADDED,
    streamId: 3,
    payload: Uint8Array.of(3, 0, 0, 0),
  },
  "WINDOW_UPDATE": windowUpdate(0, 1),
  "PRIORITY": {
    type: http2.PRIORITY,
    streamId: 3,
    payload: new Uint8Array(5),
  },
  "frames of no known type": { type: 0xfe },
  "1xx": headers(3, { ":status": "103" }),
};

for (const [what, frame] of Object.entries(FLOODS)) {
  Deno.test(`Connection ends when it is flooded with ${what}`, async () => {
    await using it = await connected();
    const ended = it.dialled.call();
    const running = it.dialled.stream();
    await it.peer.frame(http2.HEADERS, 3);
    await it.peer.say(
      ...answer(1, "x"),
      // Only a stream that has begun can have DATA.
      ...what === "1xx" ? [] : [headers(3, ANSWER)],
    );
    await replyOf(ended);
    const some = raw(...new Array(1_000).fill(frame));
    for (let sent = 0; sent < MAX_USELESS_FRAMES; sent += 1_000) {
      // It may be over by then.
      if (!it.transport.ready) break;
      await it.peer.bytes(some).catch(() => {});
    }
    const { grpcCode, reach } = await running.ended;
    assertEquals([grpcCode, reach], [14, "unanswered"]);
    assertStringIncludes(
      (await it.dialled.down.promise).reason,
      `it sent ${MAX_USELESS_FRAMES} frames that mean nothing`,
    );
    await it.dialled.gone.promise;
  });
}

Deno.test("Connection bears pings for as long as calls are served", async () => {
  await using it = await connected();
  const many = new Array(MAX_USELESS_FRAMES / 2).fill(PING);
  for (let call = 0; call < 4; call++) {
    const id = 2 * call + 1;
    const served = it.dialled.call();
    await it.peer.frame(http2.HEADERS, id);
    await it.peer.say(...many, ...answer(id, "served"));
    assertEquals(await replyOf(served), "served");
  }
  assert(it.transport.ready);
});

Deno.test("Connection answers a PING at once, with its bytes", async () => {
  await using it = await connected();
  await it.peer.say(PING);
  const pong = await it.peer.until(({ type, flags }) =>
    type === http2.PING && flags === http2.ACK
  );
  assertEquals(pong.payload, PING.payload);
});

Deno.test("Connection pings a silent peer, but only while a call is open", async () => {
  await using it = await connected({
    keepAlive: { timeMs: 20, timeoutMs: 10_000 },
  });
  const pings = () =>
    it.peer.heard.filter(({ type, flags }) =>
      type === http2.PING && flags === 0
    ).length;
  const call = it.dialled.call();
  for (let seen = 1; seen <= 3; seen++) {
    await waitFor("a ping", () => pings() >= seen);
    await it.peer.say({ ...PING, flags: http2.ACK });
  }
  await it.peer.say(...answer(1, "x"));
  await replyOf(call);
  const before = pings();
  // Another one is pinged meanwhile, as it has a call.
  await using other = await connected({
    keepAlive: { timeMs: 20, timeoutMs: 10_000 },
  });
  other.dialled.call();
  for (let seen = 0; seen < 5; seen++) {
    await other.peer.frame(http2.PING);
    other.peer.heard.length = 0;
    await other.peer.say({ ...PING, flags: http2.ACK });
  }
  // One may have been due when the call ended.
  const resting = pings();
  assert(resting <= before + 1, `${resting - before} pings`);
  const next = it.dialled.call();
  await waitFor("a ping again", () => pings() > resting);
  await it.peer.say(...answer(3, "y"));
  assertEquals(await replyOf(next), "y");
});

Deno.test("Connection is lost when a PING has no answer in time", async () => {
  await using it = await connected({
    keepAlive: { timeMs: 20, timeoutMs: 50 },
  });
  const { grpcCode, reach } = await statusOf(it.dialled.call());
  assertEquals([grpcCode, reach], [14, "unanswered"]);
  assertEquals(await it.dialled.down.promise, {
    kind: "other",
    reason: "the connection was lost: no answer to a ping within 50 ms",
  });
  await it.dialled.gone.promise;
});

Deno.test("Connection is lost to a silent peer though no call lasts as long as the pings take", async () => {
  await using it = await connected({
    keepAlive: { timeMs: 60, timeoutMs: 60 },
  });
  let calls = 0;
  while (it.transport.ready) {
    await statusOf(it.dialled.call({ timeoutMs: 15 }));
    // So that the connection comes to rest between two calls.
    await sleep(5);
    assert(++calls < 1_000, "the peer is still taken for alive");
  }
  assertEquals(await it.dialled.down.promise, {
    kind: "other",
    reason: "the connection was lost: no answer to a ping within 60 ms",
  });
});

Deno.test("Connection takes anything that comes for a sign of life", async () => {
  await using it = await connected({
    keepAlive: { timeMs: 20, timeoutMs: 1_000 },
  });
  const stream = it.dialled.stream();
  stream.stream.read();
  await it.peer.frame(http2.PING);
  // No answer to it, but an answer all the same.
  await it.peer.say(headers(1, ANSWER), data(1, message("alive")));
  const before = it.peer.heard.length;
  await it.peer.until((frame) =>
    frame.type === http2.PING && it.peer.heard.indexOf(frame) >= before
  );
  assert(it.transport.ready);
  assertEquals(stream.messages, ["alive"]);
});

Deno.test("Connection has pings doubled by a GOAWAY for too many of them", async () => {
  await using server = new RawPeer();
  const pings = new PingPace({ timeMs: 60_000, timeoutMs: 1_000 });
  const dial = http2Dial({ tls: undefined, pings, clock: SYSTEM_CLOCK });
  await using dialled = new Dialled(server.address, { dial });
  const peer = await server.accept();
  await peer.say(settings());
  await dialled.ready.promise;
  await peer.say(goaway(0, http2.ENHANCE_YOUR_CALM, "too_many_pings"));
  assertEquals(
    (await dialled.down.promise).reason,
    'the server said GOAWAY with code 11 and "too_many_pings"',
  );
  assertEquals(pings.current.timeMs, 120_000);
});
