// What a GOAWAY means, and a refusal: said by a raw peer.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { waitFor } from "../../../../harness/mod.ts";
import { connected, Dialled, replyOf, statusOf } from "../peer/_dialled.ts";
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
} from "../peer/_raw_peer.ts";
import { raw } from "../support/_raw_frame.ts";

const LAST_ID = 2 ** 31 - 1;

Deno.test("Connection ends at a GOAWAY only what is above its last stream", async () => {
  await using it = await connected();
  const [first, second, third] = [1, 2, 3].map(() => it.dialled.call());
  assert(first && second && third);
  await it.peer.frame(http2.HEADERS, 5);
  await it.peer.say(goaway(1));
  for (const call of [second, third]) {
    const { grpcCode, reach } = await statusOf(call);
    assertEquals([grpcCode, reach], [14, "unprocessed"]);
  }
  assert(!it.transport.ready);
  assertEquals(it.transport.inFlight, 1);
  assertStringIncludes(
    (await it.dialled.down.promise).reason,
    "the server said GOAWAY with code 0",
  );
  await it.peer.say(...answer(1, "served"));
  assertEquals(await replyOf(first), "served");
  // With its last call, it is over by itself.
  await it.dialled.gone.promise;
});

Deno.test("Connection takes a second GOAWAY for the rest", async () => {
  await using it = await connected();
  const [first, second] = [1, 2].map(() => it.dialled.call());
  assert(first && second);
  await it.peer.frame(http2.HEADERS, 3);
  await it.peer.say(goaway(LAST_ID));
  await it.dialled.down.promise;
  assertEquals(it.transport.inFlight, 2);
  await it.peer.say(goaway(1), ...answer(1, "served"));
  assertEquals((await statusOf(second)).reach, "unprocessed");
  assertEquals(await replyOf(first), "served");
  await it.dialled.gone.promise;
});

Deno.test("Connection believes no GOAWAY that takes back what the one before it has said", async () => {
  await using it = await connected();
  const [first, second] = [1, 2].map(() => it.dialled.call());
  assert(first && second);
  await it.peer.frame(http2.HEADERS, 3);
  await it.peer.say(goaway(1), goaway(LAST_ID), ...answer(3, "too late"));
  assertEquals((await statusOf(second)).reach, "unprocessed");
  const next = it.dialled.call();
  assertEquals((await statusOf(next)).reach, "unsent");
  await it.peer.say(...answer(1, "served"));
  assertEquals(await replyOf(first), "served");
  await it.dialled.gone.promise;
});

Deno.test("Connection takes a GOAWAY with the first SETTINGS for a dial that failed", async () => {
  await using server = new RawPeer();
  await using dialled = new Dialled(server.address);
  const peer = await server.accept();
  await peer.say(settings(), goaway(0, http2.ENHANCE_YOUR_CALM, "full"));
  assertEquals(await dialled.down.promise, {
    kind: "other",
    reason:
      'connected, but the server said GOAWAY with code 11 and "full" at once',
  });
  await dialled.gone.promise;
});

Deno.test("Connection says why it was left with an error, and lets calls end", async () => {
  await using it = await connected();
  const call = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(goaway(1, http2.PROTOCOL_ERROR, "what?"));
  assertStringIncludes(
    (await it.dialled.down.promise).reason,
    'GOAWAY with code 1 and "what?"',
  );
  await it.peer.say(...answer(1, "still served"));
  assertEquals(await replyOf(call), "still served");
});

Deno.test("Connection makes no call after a GOAWAY, and says that it was not sent", async () => {
  await using it = await connected();
  const running = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(goaway(1));
  await it.dialled.down.promise;
  const { grpcCode, reach } = await statusOf(it.dialled.call());
  assertEquals([grpcCode, reach], [14, "unsent"]);
  await it.peer.say(...answer(1, "x"));
  await replyOf(running);
});

for (const how of ["drain", "goaway"] as const) {
  Deno.test(`Connection goes on to ping, and to answer pings, after ${how}`, async () => {
    await using it = await connected({
      keepAlive: { timeMs: 30, timeoutMs: 10_000 },
    });
    const stream = it.dialled.stream();
    stream.stream.read();
    await it.peer.frame(http2.HEADERS, 1);
    if (how === "drain") it.transport.drain();
    else await it.peer.say(goaway(1));
    await waitFor("the end", () => !it.transport.ready);
    const before = it.peer.heard.length;
    const later = (flags: number) =>
      it.peer.until((frame) =>
        frame.type === http2.PING && frame.flags === flags &&
        it.peer.heard.indexOf(frame) >= before
      );
    await later(0);
    await it.peer.say({ type: http2.PING, payload: new Uint8Array(8) });
    await later(http2.ACK);
    await it.peer.say(
      headers(1, ANSWER),
      data(1, message("late")),
      trailers(1),
    );
    assertEquals((await stream.ended).grpcCode, 0);
    assertEquals(stream.messages, ["late"]);
    // It says goodbye, and closes.
    const { payload } = await it.peer.frame(http2.GOAWAY);
    assertEquals([...payload], new Array(8).fill(0));
    await it.peer.end();
    await it.dialled.gone.promise;
  });
}

Deno.test("Connection makes no promise of a stream that was reset with REFUSED_STREAM", async () => {
  await using it = await connected();
  const call = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(reset(1, http2.REFUSED_STREAM));
  const { grpcCode, reach } = await statusOf(call);
  assertEquals([grpcCode, reach], [14, "unanswered"]);
});

Deno.test("Connection tells a call that was not written yet from one that was, when it is lost", async () => {
  await using it = await connected();
  const sent = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  let unsent: ReturnType<typeof it.dialled.call> | undefined;
  // In the turn in which the connection is lost, before anything is written.
  const lost = sent.ended.then((status) => status);
  it.dialled.down.promise.then(() => {});
  const stream = it.transport.stream("/a", {
    timeoutMs: Infinity,
    headers: undefined,
    onMessage: () => {
      unsent = it.dialled.call();
    },
    onEnd: () => {},
  });
  stream.read();
  await it.peer.frame(http2.HEADERS, 3);
  await it.peer.bytes(
    raw(headers(3, ANSWER), data(3, message("x")), {
      type: http2.PUSH_PROMISE,
      streamId: 3,
    }),
  );
  const first = await lost;
  assert(!(first instanceof Uint8Array) && unsent !== undefined);
  assertEquals([first.grpcCode, first.reach], [14, "unanswered"]);
  const second = await statusOf(unsent);
  assertEquals([second.grpcCode, second.reach], [14, "unsent"]);
  await it.peer.end();
  const seen = it.peer.heard.map(({ streamId }) => streamId);
  assert(!seen.includes(5));
});
