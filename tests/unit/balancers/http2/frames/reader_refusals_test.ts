// What a server may not say (RFC 9113, 4 to 6).
import { assert, assertEquals } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { ConnectionError } from "../../../../../balancers/http2/frames/_errors.ts";
import { readAll } from "./_log.ts";
import { hex } from "../support/_hex.ts";
import { joined } from "../../../support/_joined.ts";
import { CUTS, piecesOf } from "../support/_pieces.ts";
import { raw, type RawFrame, SERVER_SETTINGS } from "../support/_raw_frame.ts";

/** The error that the last frame is, the same for every cut. */
function errorOf(...frames: readonly RawFrame[]): ConnectionError {
  const bytes = joined(SERVER_SETTINGS, raw(...frames));
  const errors = CUTS.map((cut) => readAll(piecesOf(bytes, cut)).error);
  const [first] = errors;
  assert(first instanceof ConnectionError, `${first}`);
  for (const error of errors) assertEquals(error?.message, first.message);
  return first;
}

Deno.test("FrameReader refuses what no server may send, by the RFC's code", () => {
  const headers: RawFrame = { type: http2.HEADERS, streamId: 1 };
  const { END_HEADERS, PADDED, PRIORITY_FLAG } = http2;
  const bytes = (length: number) => new Uint8Array(length);
  const protocol: readonly (readonly RawFrame[])[] = [
    [{ type: http2.DATA }],
    [{ ...headers, streamId: 0 }],
    [{ type: http2.RST_STREAM, payload: bytes(4) }],
    [{ type: http2.PRIORITY, payload: bytes(5) }],
    [{ type: http2.SETTINGS, streamId: 1 }],
    [{ type: http2.PING, streamId: 1, payload: bytes(8) }],
    [{ type: http2.GOAWAY, streamId: 1, payload: bytes(8) }],
    [{ type: http2.PUSH_PROMISE, streamId: 1, payload: hex("00000002 88") }],
    [{ type: http2.CONTINUATION, streamId: 1, flags: END_HEADERS }],
    [headers, headers],
    [headers, { type: http2.DATA, streamId: 1 }],
    [headers, { type: http2.PING, payload: bytes(8) }],
    [headers, { type: 0x2a }],
    [headers, { type: http2.CONTINUATION, streamId: 3, flags: END_HEADERS }],
    [{ type: http2.WINDOW_UPDATE, payload: bytes(4) }],
    [{ type: http2.DATA, streamId: 1, flags: PADDED, payload: hex("01") }],
    [{ ...headers, flags: END_HEADERS | PADDED, payload: hex("02 88") }],
    [{
      ...headers,
      flags: END_HEADERS | PADDED | PRIORITY_FLAG,
      payload: hex("01 00000003 10"),
    }],
    [{ type: http2.SETTINGS, payload: hex("0002 00000001") }],
    [{ type: http2.SETTINGS, payload: hex("0005 00003fff") }],
    [{ type: http2.SETTINGS, payload: hex("0005 01000000") }],
  ];
  for (const frames of protocol) {
    const { errorCode, message } = errorOf(...frames);
    assertEquals(errorCode, http2.PROTOCOL_ERROR, message);
  }
  const wrongSize: readonly RawFrame[] = [
    { type: http2.PING, payload: bytes(7) },
    { type: http2.PING, flags: http2.ACK, payload: bytes(9) },
    { type: http2.SETTINGS, payload: bytes(5) },
    { type: http2.SETTINGS, flags: http2.ACK, payload: bytes(6) },
    { type: http2.RST_STREAM, streamId: 1, payload: bytes(3) },
    { type: http2.WINDOW_UPDATE, payload: bytes(5) },
    { type: http2.GOAWAY, payload: bytes(7) },
    { type: http2.DATA, streamId: 1, flags: PADDED },
    { ...headers, flags: PADDED | END_HEADERS },
    { ...headers, flags: PRIORITY_FLAG | END_HEADERS, payload: bytes(4) },
    // Only the head has come.
    { type: http2.DATA, streamId: 1, length: 16_385 },
    { type: 0x2a, length: 0xff_ffff },
  ];
  for (const frame of wrongSize) {
    const { errorCode, message } = errorOf(frame);
    assertEquals(errorCode, http2.FRAME_SIZE_ERROR, message);
  }
  const window = { type: http2.SETTINGS, payload: hex("0004 80000000") };
  assertEquals(errorOf(window).errorCode, http2.FLOW_CONTROL_ERROR);
  const many = { type: http2.SETTINGS, payload: bytes(6 * 65) };
  assertEquals(errorOf(many).errorCode, http2.ENHANCE_YOUR_CALM);
});
