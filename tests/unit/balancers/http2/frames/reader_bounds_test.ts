// What a reader keeps, and when it stops.
import { assertEquals, assertThrows } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { FrameReader } from "../../../../../balancers/http2/frames/_reader.ts";
import { FrameLog, readAll } from "./_log.ts";
import { hex } from "../support/_hex.ts";
import { joined } from "../../../support/_joined.ts";
import { raw, type RawFrame, SERVER_SETTINGS } from "../support/_raw_frame.ts";

const { CONTINUATION, END_HEADERS, HEADERS, PING } = http2;

function ping(low: number): RawFrame {
  return { type: PING, payload: hex(`00000000 000000${low}${low}`) };
}

/** A block of `frames` frames with `size` bytes each, and its end. */
function block(frames: number, size: number): Uint8Array {
  const payload = new Uint8Array(size);
  const parts: RawFrame[] = [{ type: HEADERS, streamId: 1, payload }];
  while (parts.length < frames) {
    parts.push({ type: CONTINUATION, streamId: 1, payload });
  }
  return joined(
    SERVER_SETTINGS,
    raw(...parts),
    raw({ type: CONTINUATION, streamId: 1, flags: END_HEADERS }),
  );
}

Deno.test("FrameReader bounds a header block, in bytes and in frames", () => {
  const told = (bytes: Uint8Array, maxHeaderBlockBytes?: number) => {
    const reading = readAll(
      [bytes],
      maxHeaderBlockBytes === undefined ? {} : { maxHeaderBlockBytes },
    );
    return reading.error?.errorCode ?? reading.told.at(-1)?.[0];
  };
  assertEquals(told(block(8, 16_384)), "onHeaders");
  assertEquals(told(block(9, 16_384)), http2.ENHANCE_YOUR_CALM);
  assertEquals(told(block(10, 10), 100), "onHeaders");
  assertEquals(told(block(11, 10), 100), http2.ENHANCE_YOUR_CALM);
  assertEquals(told(block(127, 0)), "onHeaders");
  assertEquals(told(block(128, 0)), http2.ENHANCE_YOUR_CALM);
});

Deno.test("FrameReader bounds each header block for itself", () => {
  const { length } = SERVER_SETTINGS;
  const one = block(100, 1_000).subarray(length);
  const many = Array.from({ length: 20 }, () => one);
  const { told, error } = readAll([joined(SERVER_SETTINGS, ...many)]);
  assertEquals(error, undefined);
  assertEquals(
    told.slice(1).map(([name]) => name),
    many.map(() => "onHeaders"),
  );
});

Deno.test("FrameReader takes frames as large as it says, held or not", () => {
  const payload = new Uint8Array(20_000);
  const bytes = joined(
    SERVER_SETTINGS,
    raw({ type: http2.DATA, streamId: 1, payload }),
  );
  for (const cut of [0, 5, 9, 10, 300, bytes.length]) {
    const parts = [bytes.subarray(0, cut), bytes.subarray(cut)];
    const { told } = readAll(parts, { maxFrameSize: 20_000 });
    assertEquals(told.map(([name]) => name), ["onSettings", "onData"]);
    assertEquals(
      readAll(parts, { maxFrameSize: 19_999 }).error?.errorCode,
      http2.FRAME_SIZE_ERROR,
    );
  }
});

Deno.test("FrameReader.close() ends it between two frames", () => {
  const bytes = joined(SERVER_SETTINGS, raw(ping(1), ping(2), ping(3)));
  for (const cut of [bytes.length, 9 + 17 + 4, 1]) {
    const log = new FrameLog();
    const reader = new FrameReader(log);
    log.onPing = (_high, low) => {
      log.told.push(["onPing", low]);
      if (low === 0x22) reader.close();
    };
    for (let at = 0; at < bytes.length; at += cut) {
      reader.feed(bytes.subarray(at, at + cut));
    }
    reader.feed(bytes);
    assertEquals(log.told.slice(1), [["onPing", 0x11], ["onPing", 0x22]]);
    assertEquals(reader.unfinished, undefined);
  }
});

Deno.test("FrameReader is closed by an error of the handler", () => {
  const log = new FrameLog();
  const reader = new FrameReader(log);
  log.onPing = () => {
    throw new RangeError("no pings");
  };
  const bytes = joined(SERVER_SETTINGS, raw(ping(1)));
  assertThrows(() => reader.feed(bytes), RangeError, "no pings");
  reader.feed(bytes);
  assertEquals(log.told, [["onSettings", []]]);
});
