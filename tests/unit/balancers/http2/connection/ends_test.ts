// How connections end, and what is told of what had come before.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { waitFor } from "../../../../harness/mod.ts";
import { connected, replyOf, statusOf } from "../peer/_dialled.ts";
import { raw } from "../support/_raw_frame.ts";
import {
  ANSWER,
  answer,
  data,
  headers,
  message,
  trailers,
} from "../peer/_raw_peer.ts";

Deno.test("Connection delivers what came before the peer's end to a slow reader", async () => {
  await using it = await connected();
  const stream = it.dialled.stream();
  await it.peer.frame(http2.HEADERS, 1);
  const parts = ["one", "two", "three"];
  await it.peer.say(
    headers(1, ANSWER),
    ...parts.map((part) => data(1, message(part))),
    trailers(1),
  );
  await it.peer.finish();
  assertStringIncludes(
    (await it.dialled.down.promise).reason,
    "the server closed the connection",
  );
  await waitFor("the socket", () => it.transport.sockets === 0);
  for (let read = 1; read <= parts.length; read++) {
    assertEquals(it.transport.inFlight, 1);
    stream.stream.read();
    await waitFor("a message", () => stream.messages.length === read);
  }
  assertEquals(stream.messages, parts);
  assertEquals((await stream.ended).grpcCode, 0);
  await it.dialled.gone.promise;
});

Deno.test("Connection that is aborted gives up what nobody has read", async () => {
  await using it = await connected();
  const stream = it.dialled.stream();
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(headers(1, ANSWER), data(1, message("x")), trailers(1));
  await it.peer.finish();
  await it.dialled.down.promise;
  it.transport.abort();
  assertEquals((await stream.ended).grpcCode, 1);
  assertEquals(stream.messages, []);
  await it.dialled.gone.promise;
});

Deno.test("Connection tells a status behind the messages before it, and a loss at once", async () => {
  await using it = await connected();
  const [refused, lost] = [it.dialled.stream(), it.dialled.stream()];
  assert(refused && lost);
  await it.peer.frame(http2.HEADERS, 3);
  for (const id of [1, 3]) {
    await it.peer.say(headers(id, ANSWER), data(id, message(`m${id}`)));
  }
  await it.peer.say(trailers(1, { "grpc-status": "9" }));
  await it.peer.finish();
  assertEquals((await lost.ended).grpcCode, 14);
  assertEquals(lost.messages, []);
  refused.stream.read();
  assertEquals((await refused.ended).grpcCode, 9);
  assertEquals(refused.messages, ["m1"]);
});

Deno.test("Connection sends the end of a request behind its messages", async () => {
  await using it = await connected();
  const { stream, ended } = it.dialled.stream();
  stream.send(Uint8Array.of(1));
  stream.send(new Uint8Array(70_000));
  stream.halfClose();
  stream.send(Uint8Array.of(3));
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(
    { type: http2.WINDOW_UPDATE, payload: Uint8Array.of(0, 1, 0, 0) },
    {
      type: http2.WINDOW_UPDATE,
      streamId: 1,
      payload: Uint8Array.of(0, 1, 0, 0),
    },
  );
  await it.peer.until(({ type, flags }) =>
    type === http2.DATA && flags === http2.END_STREAM
  );
  const bytes = it.peer.heard.filter(({ type }) => type === http2.DATA)
    .reduce((sum, { payload }) => sum + payload.length, 0);
  assertEquals(bytes, 5 + 1 + 5 + 70_000);
  await it.peer.say(headers(1, ANSWER), trailers(1));
  assertEquals((await ended).grpcCode, 0);
  // All of the request was sent: there is nothing to be reset.
  await it.peer.say({ type: http2.PING, payload: new Uint8Array(8) });
  await it.peer.frame(http2.PING);
  const resets = it.peer.heard.filter(({ type }) => type === http2.RST_STREAM);
  assertEquals(resets, []);
});

Deno.test("Connection ends a request without a message", async () => {
  await using it = await connected();
  const { stream, ended } = it.dialled.stream();
  stream.halfClose();
  const { payload } = await it.peer.frame(http2.DATA, 1);
  assertEquals(payload.length, 0);
  await it.peer.say(headers(1, ANSWER), trailers(1));
  assertEquals((await ended).grpcCode, 0);
});

const CUTS: Readonly<Record<string, Uint8Array>> = {
  "between frames": raw(headers(1, ANSWER)),
  "in the head of a frame": raw(headers(1, ANSWER)).subarray(0, 5),
  "in a frame": raw(headers(1, ANSWER)).subarray(0, 20),
  "in a header block": raw({ type: http2.HEADERS, streamId: 1 }),
};

for (const [where, bytes] of Object.entries(CUTS)) {
  Deno.test(`Connection is lost when the peer ends ${where}`, async () => {
    await using it = await connected();
    const call = it.dialled.call();
    await it.peer.frame(http2.HEADERS, 1);
    await it.peer.bytes(bytes);
    await it.peer.finish();
    const { grpcCode, reach, details } = await statusOf(call);
    assertEquals([grpcCode, reach], [14, "unanswered"]);
    assertStringIncludes(details, "the server closed the connection");
    if (where !== "between frames") assertStringIncludes(details, " after ");
    await it.dialled.gone.promise;
    assertEquals(it.transport.sockets, 0);
  });
}

/** What breaks the rules for all streams, and the code it has to be ended with. */
const WRONG: Readonly<Record<string, readonly [Uint8Array, number]>> = {
  "a frame for a stream that never was": [
    raw(headers(99, ANSWER)),
    http2.PROTOCOL_ERROR,
  ],
  "a frame for a stream of the server's": [
    raw(data(2, message("x"))),
    http2.PROTOCOL_ERROR,
  ],
  "a frame that is too large": [
    raw({ type: http2.DATA, streamId: 1, length: 16_385 }),
    http2.FRAME_SIZE_ERROR,
  ],
  "a promise": [
    raw({ type: http2.PUSH_PROMISE, streamId: 1, payload: new Uint8Array(4) }),
    http2.PROTOCOL_ERROR,
  ],
};

for (const [what, [bytes, code]] of Object.entries(WRONG)) {
  Deno.test(`Connection says why it ends, and keeps no call, at ${what}`, async () => {
    await using it = await connected();
    const call = it.dialled.call();
    await it.peer.frame(http2.HEADERS, 1);
    await it.peer.bytes(bytes);
    assertEquals((await statusOf(call)).grpcCode, 14);
    const { payload } = await it.peer.frame(http2.GOAWAY);
    assertEquals(payload[7], code);
    await it.dialled.gone.promise;
  });
}

Deno.test("Connection takes a length that lies for no reason to make room", async () => {
  await using it = await connected();
  const before = Deno.memoryUsage();
  const call = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  const lie = message("x");
  // 2 GiB less one, the most that is allowed.
  lie.set([0x7f, 0xff, 0xff, 0xff], 1);
  await it.peer.say(headers(1, ANSWER), data(1, lie));
  await it.peer.say({ type: http2.PING, payload: new Uint8Array(8) });
  await it.peer.frame(http2.PING);
  const grown = Deno.memoryUsage().external - before.external;
  assert(grown < 16_777_216, `${grown} bytes`);
  call.cancel();
  assertEquals((await statusOf(call)).grpcCode, 1);
});

Deno.test("Connection lets go of its socket though the peer does not close it, and says goodbye first", async () => {
  await using it = await connected();
  const call = it.dialled.call();
  it.transport.drain();
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(...answer(1, "x"));
  assertEquals(await replyOf(call), "x");
  await it.dialled.gone.promise;
  assertEquals(it.transport.sockets, 0);
  await it.peer.end();
  assertEquals(it.peer.heard.at(-1)?.type, http2.GOAWAY);
});
