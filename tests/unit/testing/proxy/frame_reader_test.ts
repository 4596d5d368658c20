// What a fault proxy reads in the bytes that pass it.
import { assertEquals } from "@std/assert";
import {
  ACK_FLAG,
  FrameReader,
  type FrameSide,
} from "../../../../testing/proxy/_frame_reader.ts";
import {
  encode,
  type Frame,
  PING,
  PREFACE,
  SETTINGS,
} from "./_http2_frames.ts";
import { joined } from "../../support/_joined.ts";

const RUNS = 30;

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
