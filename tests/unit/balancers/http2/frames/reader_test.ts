// What a server may say (RFC 9113, 4 to 6).
import { assertEquals, assertStringIncludes } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { readAll, type Told } from "./_log.ts";
import { hex, latin1 } from "../support/_hex.ts";
import { joined } from "../../../support/_joined.ts";
import { CUTS, piecesOf } from "../support/_pieces.ts";
import { raw, type RawFrame, SERVER_SETTINGS } from "../support/_raw_frame.ts";

/** What is told of frames after the first SETTINGS, the same for every cut. */
function toldOf(...frames: readonly RawFrame[]): readonly Told[] {
  const bytes = joined(SERVER_SETTINGS, raw(...frames));
  const readings = CUTS.map((cut) => readAll(piecesOf(bytes, cut)));
  const [first] = readings;
  for (const reading of readings) assertEquals(reading, first);
  assertEquals(first?.error, undefined);
  assertEquals(first?.unfinished, undefined);
  assertEquals(first?.told[0], ["onSettings", []]);
  return first?.told.slice(1) ?? [];
}

Deno.test("FrameReader takes padding off DATA, and counts it", () => {
  const { DATA, PADDED, END_STREAM } = http2;
  const told = toldOf(
    { type: DATA, streamId: 1, payload: latin1("plain") },
    { type: DATA, streamId: 3, flags: END_STREAM },
    {
      type: DATA,
      streamId: 5,
      flags: PADDED | END_STREAM,
      payload: joined(hex("03"), latin1("some"), hex("00 00 00")),
    },
    { type: DATA, streamId: 5, flags: PADDED, payload: hex("02 00 00") },
  );
  assertEquals(told, [
    ["onData", 1, 0, "plain", 5],
    ["onData", 3, END_STREAM, "", 0],
    ["onData", 5, PADDED | END_STREAM, "some", 8],
    ["onData", 5, PADDED, "", 3],
  ]);
});

Deno.test("FrameReader takes padding and priority off HEADERS", () => {
  const { HEADERS, PADDED, PRIORITY_FLAG, END_HEADERS } = http2;
  const flags = END_HEADERS | PADDED | PRIORITY_FLAG;
  const told = toldOf(
    { type: HEADERS, flags: END_HEADERS, streamId: 1, payload: hex("88") },
    {
      type: HEADERS,
      flags,
      streamId: 3,
      payload: joined(hex("02 80000001 10"), latin1("block"), hex("00 00")),
    },
  );
  assertEquals(told, [
    ["onHeaders", 1, END_HEADERS, "\x88"],
    ["onHeaders", 3, flags, "block"],
  ]);
});

Deno.test("FrameReader puts a header block together", () => {
  const { HEADERS, CONTINUATION, END_HEADERS, END_STREAM, PADDED } = http2;
  const flags = END_STREAM | PADDED;
  const told = toldOf(
    { type: HEADERS, streamId: 1, flags, payload: hex("01 61 00") },
    { type: CONTINUATION, streamId: 1, payload: latin1("bc") },
    { type: CONTINUATION, streamId: 1 },
    {
      type: CONTINUATION,
      streamId: 1,
      flags: END_HEADERS,
      payload: latin1("d"),
    },
    { type: HEADERS, streamId: 3 },
    { type: CONTINUATION, streamId: 3, flags: END_HEADERS },
  );
  assertEquals(told, [
    ["onHeaders", 1, flags, "abcd"],
    ["onHeaders", 3, 0, ""],
  ]);
});

Deno.test("FrameReader tells what control frames say", () => {
  const { SETTINGS, PING, GOAWAY, WINDOW_UPDATE, RST_STREAM, ACK } = http2;
  const told = toldOf(
    {
      type: SETTINGS,
      payload: hex("0001 00000000 0004 7fffffff 0005 00ffffff 0002 00000000"),
    },
    { type: SETTINGS, payload: hex("0003 ffffffff f000 00000001") },
    { type: SETTINGS, flags: ACK },
    { type: PING, payload: hex("ffffffff 00000001") },
    { type: PING, flags: ACK, payload: hex("00000000 80000000") },
    // The first bit of identifiers and increments is reserved.
    { type: WINDOW_UPDATE, payload: hex("ffffffff") },
    { type: WINDOW_UPDATE, streamId: 0x8000_0007, payload: hex("00000001") },
    { type: RST_STREAM, streamId: 9, payload: hex("ffffffff") },
    { type: GOAWAY, payload: joined(hex("80000005 0000000b"), latin1("why")) },
    { type: GOAWAY, payload: hex("7fffffff 00000000") },
    { type: GOAWAY, payload: hex("00000000 00000000 ff") },
  );
  const goaway = (
    lastStreamId: number,
    errorCode: number,
    debugText: string,
  ): Told => ["onGoaway", { lastStreamId, errorCode, debugText }];
  assertEquals(told, [
    ["onSettings", [
      { id: 1, value: 0 },
      { id: 4, value: 0x7fff_ffff },
      { id: 5, value: 0xff_ffff },
      { id: 2, value: 0 },
    ]],
    ["onSettings", [
      { id: 3, value: 0xffff_ffff },
      { id: 0xf000, value: 1 },
    ]],
    ["onSettingsAck"],
    ["onPing", 0xffff_ffff, 1],
    ["onPingAck", 0, 0x8000_0000],
    ["onWindowUpdate", 0, 0x7fff_ffff],
    ["onWindowUpdate", 7, 1],
    ["onRstStream", 9, 0xffff_ffff],
    goaway(5, http2.ENHANCE_YOUR_CALM, "why"),
    goaway(0x7fff_ffff, 0, ""),
    goaway(0, 0, "\ufffd"),
  ]);
});

Deno.test("FrameReader passes over what it does not know", () => {
  const { PRIORITY, PING, DATA } = http2;
  const told = toldOf(
    { type: PRIORITY, streamId: 5, payload: hex("00000003 10") },
    { type: 0x2a, flags: 0xff, streamId: 12, payload: latin1("whatever") },
    { type: 0xff },
    // Flags that are not known of a type mean nothing.
    { type: PING, flags: 0xfe, payload: hex("00000000 00000007") },
    { type: DATA, flags: 0xf6, streamId: 1 },
  );
  assertEquals(told, [
    ["onIgnored", PRIORITY],
    ["onIgnored", 0x2a],
    ["onIgnored", 0xff],
    ["onPing", 0, 7],
    ["onData", 1, 0xf6, "", 0],
  ]);
});

Deno.test("FrameReader has an empty WINDOW_UPDATE end its stream only", () => {
  const { WINDOW_UPDATE, PING, PROTOCOL_ERROR } = http2;
  const told = toldOf(
    { type: WINDOW_UPDATE, streamId: 3, payload: hex("80000000") },
    { type: PING, payload: hex("00000000 00000001") },
  );
  assertEquals(told, [
    ["onStreamError", 3, PROTOCOL_ERROR],
    ["onPing", 0, 1],
  ]);
});

Deno.test("FrameReader names what a peer says that speaks something else", () => {
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [
      latin1("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n"),
      "it begins with 'HTTP/1.1 400 Bad Request'",
    ],
    [latin1("SSH-2.0-OpenSSH_9.2p1\r\n"), "'SSH-2.0-OpenSSH_9.2p1'"],
    [hex("15030100020228 0000000000"), "15 03 01 00 02 02 28 00"],
    [
      raw({ type: http2.PING, payload: new Uint8Array(8) }),
      "00 00 08 06 00 00 00 00 00",
    ],
    [raw({ type: http2.SETTINGS, flags: http2.ACK }), "00 00 00 04 01"],
    [raw({ type: http2.SETTINGS, streamId: 1 }), "00 00 00 04 00 00 00 00 01"],
  ];
  for (const [bytes, text] of cases) {
    const { error, told } = readAll([bytes]);
    assertEquals(told, []);
    assertEquals(error?.errorCode, http2.PROTOCOL_ERROR);
    assertStringIncludes(error?.message ?? "", text);
  }
});

Deno.test("FrameReader says what has come in part", () => {
  const { HEADERS, DATA } = http2;
  const unfinished = (...parts: readonly Uint8Array[]) =>
    readAll(parts).unfinished;
  assertEquals(unfinished(latin1("220 mx")), "'220 mx'");
  assertEquals(unfinished(SERVER_SETTINGS), undefined);
  assertEquals(unfinished(SERVER_SETTINGS, hex("00")), "1 bytes of a frame");
  assertEquals(
    unfinished(joined(
      SERVER_SETTINGS,
      raw({ type: DATA, streamId: 1, payload: hex("01 02"), length: 3 }),
    )),
    "11 bytes of a frame",
  );
  assertEquals(
    unfinished(SERVER_SETTINGS, raw({ type: HEADERS, streamId: 7 })),
    "a part of the headers of stream 7",
  );
});
