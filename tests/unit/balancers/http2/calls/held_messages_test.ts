// What messages cost that nobody reads.
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { HeldMessages } from "../../../../../balancers/http2/calls/_held_messages.ts";
import { STREAM_WINDOW_BYTES } from "../../../../../balancers/http2/socket/_windows.ts";
import { waitFor } from "../../../../harness/mod.ts";
import { seededRandom } from "../../../support/_fake_clock.ts";
import { type Connected, connected, PATH } from "../peer/_dialled.ts";
import { heldBytes } from "../support/_held_bytes.ts";
import { joined } from "../../../support/_joined.ts";
import { ANSWER, data, headers, message, number } from "../peer/_raw_peer.ts";

const FRAME_BYTES = http2.DEFAULT_MAX_FRAME_SIZE;

/** The answer to a PING: all that was said before it was read. */
async function settled({ peer }: Connected) {
  const before = peer.heard.length;
  await peer.say({ type: http2.PING, payload: new Uint8Array(8) });
  await peer.until((frame) =>
    frame.type === http2.PING && peer.heard.indexOf(frame) >= before
  );
}

Deno.test("HeldMessages gives back what it was given, in order, whatever the sizes", () => {
  const random = seededRandom(20261130);
  const held = new HeldMessages();
  const expected: Uint8Array[] = [];
  for (let step = 0; step < 20_000; step++) {
    if (random() < (step < 10_000 ? 0.6 : 0.4)) {
      const size = random() < 0.1 ? 5_000 * random() : 40 * random();
      const message = new Uint8Array(size).fill(step);
      held.push(message);
      expected.push(message.slice());
    } else assertEquals(held.shift(), expected.shift());
    assertEquals(held.size, expected.length);
  }
  held.clear();
  assertEquals([held.size, held.shift()], [0, undefined]);
});

Deno.test("Connection keeps a window of messages of one byte in little more room than they have", async () => {
  await using it = await connected();
  const told: number[] = [];
  const stream = it.transport.stream(PATH, {
    timeoutMs: Infinity,
    headers: undefined,
    onMessage: ([byte = 0]) => told.push(byte),
    onEnd() {},
  });
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(headers(1, ANSWER));
  const inFrame = Math.floor(FRAME_BYTES / 6);
  const frame = data(
    1,
    joined(
      ...Array.from({ length: inFrame }, (_, at) => message(Uint8Array.of(at))),
    ),
  );
  const frames = Math.floor(STREAM_WINDOW_BYTES / (6 * inFrame));
  await settled(it);
  const room = () => heldBytes() + Deno.memoryUsage().external;
  const before = room();
  for (let said = 0; said < frames; said++) await it.peer.say(frame);
  await settled(it);
  const grown = room() - before;
  assert(grown < 4 * STREAM_WINDOW_BYTES, `${grown} bytes`);
  for (let read = 0; read < 2 * inFrame; read++) stream.read();
  await waitFor("some messages", () => told.length === 2 * inFrame);
  assert(told.every((byte, at) => byte === (at % inFrame) % 256));
});

Deno.test("Connection gives back no window for a message that nobody has asked for, however long it says it is", async () => {
  await using it = await connected();
  const { stream } = it.dialled.stream();
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(
    headers(1, ANSWER),
    data(1, joined(Uint8Array.of(0), number(8 * STREAM_WINDOW_BYTES))),
  );
  const part = data(1, new Uint8Array(FRAME_BYTES));
  for (let at = FRAME_BYTES; at < STREAM_WINDOW_BYTES; at += FRAME_BYTES) {
    await it.peer.say(part);
  }
  await settled(it);
  const updates = () =>
    it.peer.heard.filter(({ type, streamId }) =>
      type === http2.WINDOW_UPDATE && streamId === 1
    ).length;
  assertEquals(updates(), 0);
  // The rest comes when it is asked for.
  stream.read();
  await it.peer.frame(http2.WINDOW_UPDATE, 1);
});

Deno.test("HeldMessages holds on to nothing of what a message has come with", () => {
  const held = new HeldMessages();
  const chunk = Buffer.alloc(65_536, 7);
  for (const size of [10, 5_000]) {
    held.push(chunk.subarray(0, size));
    const message = held.shift();
    assertEquals(message, new Uint8Array(size).fill(7));
    assertEquals(message?.buffer.byteLength, size);
  }
});
