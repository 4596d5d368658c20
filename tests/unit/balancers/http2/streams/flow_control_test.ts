// Windows in both directions, watched by a raw peer.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import {
  STREAM_WINDOW_BYTES,
  WINDOW_BYTES,
} from "../../../../../balancers/http2/socket/_windows.ts";
import { waitFor } from "../../../../harness/mod.ts";
import {
  type Connected,
  connected,
  replyOf,
  statusOf,
} from "../peer/_dialled.ts";
import { joined } from "../../../support/_joined.ts";
import {
  ANSWER,
  answer,
  data,
  headers,
  message,
  type RawConnection,
  settings,
  trailers,
  windowUpdate,
} from "../peer/_raw_peer.ts";

const FRAME_BYTES = 16_384;
const PREFIX_BYTES = 5;

/** How much DATA has come on a stream. */
function received(peer: RawConnection, streamId: number): number {
  return peer.heard
    .filter((frame) => frame.type === http2.DATA && frame.streamId === streamId)
    .reduce((sum, { payload }) => sum + payload.length, 0);
}

/** What was given back of a window of the client's. */
function givenBack(peer: RawConnection, streamId: number): number {
  return peer.heard
    .filter(({ type, streamId: id }) =>
      type === http2.WINDOW_UPDATE && id === streamId
    )
    .reduce(
      (sum, { payload }) => sum + new DataView(payload.buffer).getUint32(0),
      0,
    );
}

/** Waits until the client has answered a PING: it has taken what was said. */
async function settled(peer: RawConnection): Promise<void> {
  const before = peer.heard.length;
  await peer.say({ type: http2.PING, payload: new Uint8Array(8) });
  await peer.until((frame) =>
    frame.type === http2.PING && peer.heard.indexOf(frame) >= before
  );
}

Deno.test("Connection sends no more than the window of a stream, and the rest as it grows", async () => {
  await using it = await connected({
    settings: [[http2.SETTINGS_INITIAL_WINDOW_SIZE, 10]],
  });
  const call = it.dialled.call({ request: new Uint8Array(95) });
  await waitFor("the first bytes", () => received(it.peer, 1) === 10);
  await it.peer.say(windowUpdate(1, 50));
  await waitFor("more", () => received(it.peer, 1) === 60);
  await it.peer.say(windowUpdate(1, 40));
  await waitFor("the rest", () => received(it.peer, 1) === 100);
  const last = it.peer.heard.filter(({ type }) => type === http2.DATA).at(-1);
  assertEquals(last?.flags, http2.END_STREAM);
  await it.peer.say(...answer(1, "done"));
  assertEquals(await replyOf(call), "done");
});

Deno.test("Connection lets the windows of streams be negative", async () => {
  await using it = await connected();
  const call = it.dialled.call({ request: new Uint8Array(70_000) });
  await waitFor("a full window", () => received(it.peer, 1) === 65_535);
  // The window of the stream is now -65 435.
  await it.peer.say(
    settings([http2.SETTINGS_INITIAL_WINDOW_SIZE, 100]),
    windowUpdate(0, 1_000_000),
    windowUpdate(1, 65_435),
  );
  await settled(it.peer);
  assertEquals(received(it.peer, 1), 65_535);
  await it.peer.say(windowUpdate(1, 10));
  await waitFor("ten bytes", () => received(it.peer, 1) === 65_545);
  await it.peer.say(settings([http2.SETTINGS_INITIAL_WINDOW_SIZE, 10_000]));
  await waitFor(
    "the rest",
    () => received(it.peer, 1) === 70_000 + PREFIX_BYTES,
  );
  await it.peer.say(...answer(1, "done"));
  assertEquals(await replyOf(call), "done");
});

Deno.test("Connection shares the window of all streams, in the order of the calls", async () => {
  await using it = await connected({
    settings: [[http2.SETTINGS_INITIAL_WINDOW_SIZE, 1_000_000]],
  });
  const calls = [1, 3, 5].map(() =>
    it.dialled.call({ request: new Uint8Array(50_000) })
  );
  await waitFor("a full window", () => received(it.peer, 3) > 0);
  await settled(it.peer);
  const all = () => [1, 3, 5].map((id) => received(it.peer, id));
  assertEquals(all(), [50_005, 65_535 - 50_005, 0]);
  // One that needs no window is not held up.
  const empty = it.dialled.stream();
  await it.peer.frame(http2.HEADERS, 7);
  empty.stream.cancel();
  await it.peer.say(windowUpdate(0, 1_000_000));
  await waitFor("all", () => all().every((size) => size === 50_005));
  await it.peer.say(...[1, 3, 5].flatMap((id) => answer(id, `${id}`)));
  assertEquals(await Promise.all(calls.map(replyOf)), ["1", "3", "5"]);
});

Deno.test("Connection sends frames as large as the peer allows, up to a bound", async () => {
  for (const [allowed, largest] of [[20_000, 20_000], [1_000_000, 65_536]]) {
    await using it = await connected({
      settings: [
        [http2.SETTINGS_MAX_FRAME_SIZE, allowed ?? 0],
        [http2.SETTINGS_INITIAL_WINDOW_SIZE, 1_000_000],
      ],
    });
    await it.peer.say(windowUpdate(0, 1_000_000));
    await settled(it.peer);
    const call = it.dialled.call({ request: new Uint8Array(200_000) });
    await waitFor("all", () => received(it.peer, 1) === 200_005);
    const sizes = it.peer.heard.filter(({ type }) => type === http2.DATA)
      .map(({ payload }) => payload.length);
    assertEquals(Math.max(...sizes), largest);
    await it.peer.say(...answer(1, "done"));
    await replyOf(call);
  }
});

Deno.test("Connection refuses windows that are too large: of a stream, and of all", async () => {
  await using it = await connected();
  const call = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(windowUpdate(1, http2.MAX_WINDOW_SIZE));
  assertStringIncludes((await statusOf(call)).details, "too large");
  const { payload } = await it.peer.frame(http2.RST_STREAM, 1);
  assertEquals(payload[3], http2.FLOW_CONTROL_ERROR);
  assert(it.transport.ready);
  await it.peer.say(windowUpdate(0, http2.MAX_WINDOW_SIZE));
  const bye = await it.peer.frame(http2.GOAWAY);
  assertEquals(bye.payload[7], http2.FLOW_CONTROL_ERROR);
  await it.dialled.gone.promise;
});

/** Says so many bytes of messages of 16 KiB on a stream. */
async function sayMuch(peer: RawConnection, streamId: number, bytes: number) {
  const one = data(streamId, message(new Uint8Array(FRAME_BYTES - 5)));
  for (let left = bytes; left > 0; left -= 64 * FRAME_BYTES) {
    await peer.say(...new Array(Math.min(64, left / FRAME_BYTES)).fill(one));
  }
}

/** A stream that nobody reads, and all that its window allows. */
async function unread(it: Connected) {
  const stream = it.dialled.stream();
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(headers(1, ANSWER));
  await sayMuch(it.peer, 1, STREAM_WINDOW_BYTES);
  await settled(it.peer);
  return stream;
}

Deno.test("Connection gives back no window of a stream that nobody reads, and serves the others", async () => {
  await using it = await connected();
  const stream = await unread(it);
  assertEquals(givenBack(it.peer, 1), 0);
  const call = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 3);
  await it.peer.say(...answer(3, "served"));
  assertEquals(await replyOf(call), "served");
  // What is read is given back.
  const messages = STREAM_WINDOW_BYTES / FRAME_BYTES;
  for (let read = 0; read < messages; read++) stream.stream.read();
  await waitFor("all messages", () => stream.messages.length === messages);
  await waitFor(
    "the window",
    () => givenBack(it.peer, 1) >= STREAM_WINDOW_BYTES / 2,
  );
});

Deno.test("Connection ends a stream whose peer sends more than its window", async () => {
  await using it = await connected();
  const stream = await unread(it);
  await it.peer.say(data(1, message("one more")));
  const { grpcCode, details } = await stream.ended;
  assertEquals(grpcCode, 13);
  assertStringIncludes(details, "more than the window allows");
  const { payload } = await it.peer.frame(http2.RST_STREAM, 1);
  assertEquals(payload[3], http2.FLOW_CONTROL_ERROR);
});

Deno.test("Connection counts padding, and DATA of streams that are closed, for the window of all", async () => {
  await using it = await connected();
  const first = WINDOW_BYTES - http2.DEFAULT_WINDOW_SIZE;
  assertEquals(givenBack(it.peer, 0), first);
  const { stream } = it.dialled.stream();
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(headers(1, ANSWER));
  stream.cancel();
  await it.peer.frame(http2.RST_STREAM, 1);
  const padding = new Uint8Array(FRAME_BYTES);
  padding[0] = 255;
  const padded = { ...data(1, padding), flags: http2.PADDED };
  for (let said = 0; said < WINDOW_BYTES / 2; said += 64 * FRAME_BYTES) {
    await it.peer.say(...new Array(64).fill(padded));
  }
  await waitFor(
    "the window",
    () => givenBack(it.peer, 0) === first + WINDOW_BYTES / 2,
  );
  // It is the peer that ends it, and the connection goes on.
  const call = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 3);
  await it.peer.say(
    headers(3, ANSWER),
    data(3, joined(message("x"))),
    trailers(3),
  );
  assertEquals(await replyOf(call), "x");
});
