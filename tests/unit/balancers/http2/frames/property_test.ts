// Frames at random: what is written is read however it is cut, and what is not
// right is refused, in whatever pieces it comes.
import { assert, assertEquals } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { ConnectionError } from "../../../../../balancers/http2/frames/_errors.ts";
import { FrameWriter } from "../../../../../balancers/http2/frames/_writer.ts";
import { readAll, type Told } from "./_log.ts";
import { fromLatin1 } from "../support/_hex.ts";
import { joined } from "../../../support/_joined.ts";
import { type Draws, rounds } from "../support/_pieces.ts";
import { raw, SERVER_SETTINGS } from "../support/_raw_frame.ts";

const ROUNDS = 100;
const { END_HEADERS, END_STREAM } = http2;

/** Writes one frame; returns what is to be told of it. */
function writeOne(writer: FrameWriter, draws: Draws): Told {
  const streamId = 1 + draws.mostlySmall(0x7fff_ffff);
  const flags = draws.of([0, END_STREAM]);
  const code = draws.mostlySmall(2 ** 32);
  const [high, low] = [draws.below(2 ** 32), draws.below(2 ** 32)];
  switch (draws.below(9)) {
    case 0: {
      const bytes = draws.bytes(draws.mostlySmall(16_385));
      if (flags === 0) writer.data(streamId, bytes.length);
      else writer.lastData(streamId, bytes.length);
      writer.bytes(bytes);
      return ["onData", streamId, flags, fromLatin1(bytes), bytes.length];
    }
    case 1: {
      const block = draws.bytes(draws.mostlySmall(60_000));
      writer.headers(streamId, { bytes: block, length: block.length });
      const whole = block.length <= writer.maxFrameSize ? END_HEADERS : 0;
      return ["onHeaders", streamId, whole, fromLatin1(block)];
    }
    case 2:
      writer.rstStream(streamId, code);
      return ["onRstStream", streamId, code];
    case 3: {
      const settings = Array.from({ length: draws.below(6) }, () => ({
        id: 6 + draws.below(2 ** 16 - 6),
        value: draws.below(2 ** 32),
      }));
      writer.settings(settings);
      return ["onSettings", settings];
    }
    case 4:
      writer.settingsAck();
      return ["onSettingsAck"];
    case 5:
      writer.ping(high, low);
      return ["onPing", high, low];
    case 6:
      writer.pingAck(high, low);
      return ["onPingAck", high, low];
    case 7: {
      const debugText = "ä€😀".repeat(draws.below(3));
      writer.goaway(code, debugText);
      const goaway = { lastStreamId: 0, errorCode: code, debugText };
      return ["onGoaway", goaway];
    }
    default: {
      const of = draws.of([0, streamId]);
      const increment = 1 + draws.below(0x7fff_ffff);
      writer.windowUpdate(of, increment);
      return ["onWindowUpdate", of, increment];
    }
  }
}

Deno.test("FrameReader reads what FrameWriter writes, however it is cut", () => {
  for (const draws of rounds(ROUNDS)) {
    const writer = new FrameWriter();
    writer.settings([]);
    const expected: Told[] = [["onSettings", []]];
    for (let left = 1 + draws.below(30); left > 0; left--) {
      expected.push(writeOne(writer, draws));
    }
    const bytes = writer.take();
    const most = draws.of([1, 12, 500, 20_000, 200_000]);
    const { told, error, unfinished } = readAll(draws.pieces(bytes, most));
    assertEquals(told, expected, draws.note);
    assertEquals([error, unfinished], [undefined, undefined], draws.note);
  }
});

/** Frames of which no writer knows, and then some bytes are changed. */
function wildBytes(draws: Draws): Uint8Array {
  const frames = Array.from({ length: draws.below(12) }, () => {
    const size = draws.mostlySmall(100);
    return {
      type: draws.below(11),
      flags: draws.of([0, 1, 4, 5, draws.below(256)]),
      streamId: draws.of([0, 1, 1, 3, draws.below(2 ** 32)]),
      payload: draws.oneIn(3)
        ? new Uint8Array(draws.of([0, 4, 5, 6, 8]))
        : draws.bytes(size),
    };
  });
  const first = draws.oneIn(20) ? new Uint8Array(0) : SERVER_SETTINGS;
  const bytes = joined(first, raw(...frames));
  const changes = draws.of([0, 0, 1, 5]);
  for (let left = changes; left > 0 && bytes.length > 0; left--) {
    bytes[draws.below(bytes.length)] = draws.below(256);
  }
  return bytes.subarray(0, bytes.length - draws.mostlySmall(bytes.length + 1));
}

Deno.test("FrameReader makes the same of wrong bytes, however they are cut", () => {
  const seen = new Set<string>();
  for (const draws of rounds(20 * ROUNDS)) {
    const bytes = wildBytes(draws);
    const whole = readAll([bytes]);
    const { error } = whole;
    assert(error === undefined || error instanceof ConnectionError, draws.note);
    seen.add(error === undefined ? "right" : http2.errorName(error.errorCode));
    for (const most of [1, 10, 60]) {
      const { told, ...cut } = readAll(draws.pieces(bytes, most));
      assertEquals(told, whole.told, draws.note);
      assertEquals(cut.unfinished, whole.unfinished, draws.note);
      assertEquals(cut.error?.errorCode, error?.errorCode, draws.note);
    }
  }
  // The draws are worth something; one round alone need not see all of it.
  if (Deno.env.has("ETCDENO_HTTP2_SEED")) return;
  for (const what of ["right", "PROTOCOL_ERROR", "FRAME_SIZE_ERROR"]) {
    assert(seen.has(what), what);
  }
});
