// Frames to bytes, read back by the reader.
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { ConnectionError } from "../../../../../balancers/http2/frames/_errors.ts";
import { FrameWriter } from "../../../../../balancers/http2/frames/_writer.ts";
import { readAll } from "./_log.ts";
import { digits, fromLatin1, latin1 } from "../support/_hex.ts";
import { joined } from "../../../support/_joined.ts";
import { SERVER_SETTINGS } from "../support/_raw_frame.ts";

/** A message of gRPC, as one DATA frame. */
function data(writer: FrameWriter, streamId: number, message: Uint8Array) {
  writer.lastData(streamId, 5 + message.length);
  writer.u8(0);
  writer.u32(message.length);
  writer.bytes(message);
}

Deno.test("FrameWriter writes each frame to its last bit", () => {
  const cases: readonly (readonly [(writer: FrameWriter) => void, string])[] = [
    [
      (writer) => writer.preface(),
      "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a",
    ],
    [
      (writer) => data(writer, 0x7fff_ffff, latin1("abc")),
      "000008 00 01 7fffffff 00 00000003 616263",
    ],
    [
      (writer) => writer.headers(1, { bytes: latin1("xyz"), length: 3 }),
      "000003 01 04 00000001 78797a",
    ],
    [
      (writer) => writer.headers(3, { bytes: latin1("xyz"), length: 1 }),
      "000001 01 04 00000003 78",
    ],
    [
      (writer) => writer.rstStream(5, http2.CANCEL),
      "000004 03 00 00000005 00000008",
    ],
    [
      (writer) =>
        writer.settings([{ id: 0x4003, value: 0xffff_fffe }, {
          id: 2,
          value: 0,
        }]),
      "00000c 04 00 00000000 4003 fffffffe 0002 00000000",
    ],
    [(writer) => writer.settingsAck(), "000000 04 01 00000000"],
    [
      (writer) => writer.ping(0x89ab_cdef, 0x0123_4567),
      "000008 06 00 00000000 89abcdef 01234567",
    ],
    [
      (writer) => writer.pingAck(0, 0xffff_ffff),
      "000008 06 01 00000000 00000000 ffffffff",
    ],
    [
      (writer) => writer.goaway(http2.PROTOCOL_ERROR, "ü"),
      "00000a 07 00 00000000 00000000 00000001 c3bc",
    ],
    [
      (writer) => writer.windowUpdate(9, 0x7fff_ffff),
      "000004 08 00 00000009 7fffffff",
    ],
  ];
  for (const [write, expected] of cases) {
    const writer = new FrameWriter();
    write(writer);
    assertEquals(digits(writer.take()), expected.replaceAll(" ", ""));
  }
});

Deno.test("FrameWriter cuts a header block into frames that the peer takes", () => {
  const writer = new FrameWriter();
  const bytes = Uint8Array.from({ length: 40_000 }, (_, at) => at % 251);
  for (
    const [maxFrameSize, length, frames] of [
      [16_384, 16_384, 1],
      [16_384, 16_385, 2],
      [16_384, 32_768, 2],
      [16_384, 40_000, 3],
      [39_999, 40_000, 2],
      [40_000, 40_000, 1],
    ] as const
  ) {
    writer.maxFrameSize = maxFrameSize;
    writer.headers(1, { bytes, length });
    const written = writer.take();
    assertEquals(written.length, length + frames * http2.FRAME_HEAD_BYTES);
    const { told } = readAll([joined(SERVER_SETTINGS, written)], {
      maxFrameSize,
    });
    const flags = frames === 1 ? http2.END_HEADERS : 0;
    assertEquals(told.slice(1), [
      ["onHeaders", 1, flags, fromLatin1(bytes.subarray(0, length))],
    ]);
  }
});

Deno.test("FrameWriter fills one buffer while the other one is written", () => {
  const writer = new FrameWriter();
  const messages = [
    "a",
    "b",
    "c",
    "d",
    "b".repeat(20_000),
    "c",
    "d".repeat(300_000),
    "e",
    "f",
  ];
  let taken: readonly [Uint8Array, string] | undefined;
  for (const text of messages) {
    data(writer, 1, latin1(text));
    // What was taken before is being written all the while.
    if (taken) assertEquals(fromLatin1(taken[0].subarray(14)), taken[1]);
    assertEquals(writer.length, 14 + text.length);
    taken = [writer.take(), text];
    assertEquals(writer.length, 0);
  }
});

Deno.test("FrameWriter tells once that bytes wait, and again after take()", () => {
  let told = 0;
  const writer = new FrameWriter({ onPending: () => void told++ });
  writer.preface();
  writer.settings([]);
  data(writer, 1, latin1("abc"));
  assertEquals(told, 1);
  writer.take();
  assertEquals(told, 1);
  writer.ping(0, 0);
  assertEquals(told, 2);
  writer.settingsAck();
  assertEquals(told, 2);
});

Deno.test("FrameWriter bounds what waits for a peer that does not read", () => {
  const writer = new FrameWriter({ maxBytes: 100_000 });
  const message = new Uint8Array(10_000);
  while (writer.room > 0) data(writer, 1, message);
  assertEquals(writer.length, 100_140);
  // Answers may still be given, for a while.
  const error = assertThrows(
    () => {
      for (let count = 0; count < 100_000; count++) writer.settingsAck();
    },
    ConnectionError,
    "it does not read",
  );
  assertEquals(error.errorCode, http2.ENHANCE_YOUR_CALM);
  assert(writer.length <= 100_000 + 65_536);
  for (
    const write of [
      () => writer.headers(1, { bytes: message, length: 10 }),
      () => writer.settings([]),
      () => data(writer, 1, message),
      () => writer.windowUpdate(0, 1),
      () => writer.rstStream(1, 0),
    ]
  ) assertThrows(write, ConnectionError, "it does not read");
  // The last word always has room.
  const before = writer.length;
  writer.goaway(error.errorCode, "x".repeat(1_000));
  assertEquals(writer.length, before + 1_017);
  writer.take();
  assertEquals(writer.room, 100_000);
  writer.settings([]);
  assertEquals(digits(writer.take()), digits(SERVER_SETTINGS));
});
