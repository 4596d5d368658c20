// Frames of other implementations, and ours, through the reader and the writer.
// ETCDENO_HTTP2_VECTORS=FOLDER deno task test FILE
import { assert, assertEquals } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { FrameWriter } from "../../../../../balancers/http2/frames/_writer.ts";
import { readAll, type Told } from "./_log.ts";
import { FRAME_VECTORS, type FrameVector } from "./_vector.ts";
import { digits, hex, latin1 } from "../support/_hex.ts";
import { raw, SERVER_SETTINGS } from "../support/_raw_frame.ts";

type Right = NonNullable<FrameVector["frame"]>;

/** Two numbers of 32 bits, as PING is told. */
function halves(text: string): readonly [number, number] {
  const view = new DataView(latin1(text).buffer);
  return [view.getUint32(0), view.getUint32(4)];
}

/** What is told of a frame; `undefined`: it is refused as a client must. */
function expected(frame: Right): Told | undefined {
  const { type, flags, streamId, length, payload } = frame;
  switch (type) {
    case http2.DATA:
      return ["onData", streamId, flags, payload.data ?? "", length];
    case http2.HEADERS:
      return [
        "onHeaders",
        streamId,
        flags,
        payload.headerBlockFragment ?? "",
      ];
    case http2.CONTINUATION:
      return ["onHeaders", streamId, 0, payload.headerBlockFragment ?? ""];
    case http2.PRIORITY:
      return ["onIgnored", type];
    case http2.RST_STREAM:
      return ["onRstStream", streamId, payload.errorCode ?? -1];
    case http2.SETTINGS:
      return [
        "onSettings",
        (payload.settings ?? []).map(([id, value]) => ({ id, value })),
      ];
    case http2.PUSH_PROMISE:
      return undefined;
    case http2.PING:
      return ["onPing", ...halves(payload.opaqueData ?? "")];
    case http2.GOAWAY:
      return ["onGoaway", {
        lastStreamId: payload.lastStreamId ?? -1,
        errorCode: payload.errorCode ?? -1,
        debugText: payload.additionalDebugData ?? "",
      }];
    case http2.WINDOW_UPDATE:
      return [
        "onWindowUpdate",
        streamId,
        payload.windowSizeIncrement ?? -1,
      ];
  }
  throw new Error(`Cannot expect anything of type ${type}`);
}

/** The vector between the frames without which it would be wrong. */
function between({ wire, frame }: FrameVector): readonly Uint8Array[] {
  const parts: Uint8Array[] = [SERVER_SETTINGS, hex(wire)];
  if (frame?.type !== http2.CONTINUATION) return parts;
  const { flags, streamId } = frame;
  parts.splice(1, 0, raw({ type: http2.HEADERS, streamId }));
  if ((flags & http2.END_HEADERS) === 0) {
    const last = { type: http2.CONTINUATION, flags: http2.END_HEADERS };
    parts.push(raw({ ...last, streamId }));
  }
  return parts;
}

/** The frame as we write it; `undefined`: a client never sends such a one. */
function written(frame: Right): Uint8Array | undefined {
  const { type, flags, streamId, payload } = frame;
  if ((flags & (http2.PADDED | http2.PRIORITY_FLAG)) !== 0) return undefined;
  const writer = new FrameWriter();
  switch (type) {
    case http2.DATA: {
      const bytes = latin1(payload.data ?? "");
      if ((flags & http2.END_STREAM) === 0) writer.data(streamId, bytes.length);
      else writer.lastData(streamId, bytes.length);
      writer.bytes(bytes);
      break;
    }
    case http2.HEADERS: {
      const bytes = latin1(payload.headerBlockFragment ?? "");
      writer.headers(streamId, { bytes, length: bytes.length });
      break;
    }
    case http2.RST_STREAM:
      writer.rstStream(streamId, payload.errorCode ?? -1);
      break;
    case http2.SETTINGS:
      writer.settings(
        (payload.settings ?? []).map(([id, value]) => ({ id, value })),
      );
      break;
    case http2.PING:
      writer.ping(...halves(payload.opaqueData ?? ""));
      break;
    case http2.GOAWAY:
      if (payload.lastStreamId !== 0) return undefined;
      writer.goaway(payload.errorCode ?? -1, payload.additionalDebugData ?? "");
      break;
    case http2.WINDOW_UPDATE:
      writer.windowUpdate(streamId, payload.windowSizeIncrement ?? -1);
      break;
    default:
      return undefined;
  }
  return writer.take();
}

Deno.test("FrameReader reads the frames of the vectors, and refuses the wrong ones", () => {
  for (const vector of FRAME_VECTORS) {
    const { description, frame } = vector;
    const { told, error } = readAll(between(vector));
    const last = told.at(-1);
    const code = last?.[0] === "onStreamError" ? last[2] : error?.errorCode;
    const want = frame === null ? undefined : expected(frame);
    if (want !== undefined) {
      assertEquals([last, code], [want, undefined], description);
    } else {
      const codes = vector.error ?? [http2.PROTOCOL_ERROR];
      assert(codes.some((one) => one === code), `${description}: ${code}`);
    }
  }
});

Deno.test("FrameWriter writes the frames of the vectors", () => {
  const types = new Set<number>();
  for (const { frame, wire, description } of FRAME_VECTORS) {
    const bytes = frame === null ? undefined : written(frame);
    if (frame === null || bytes === undefined) continue;
    assertEquals(digits(bytes), wire.toLowerCase(), description);
    types.add(frame.type);
  }
  const { DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE } =
    http2;
  for (
    const type of [
      DATA,
      HEADERS,
      RST_STREAM,
      SETTINGS,
      PING,
      GOAWAY,
      WINDOW_UPDATE,
    ]
  ) assert(types.has(type), `type ${type}`);
});
