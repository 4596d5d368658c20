/** What a peer says, and what it means to the model. */
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { joined } from "../../../support/_joined.ts";
import type { ModelAnswer } from "./_model_answer.ts";
import type { Pair } from "../hpack/_story.ts";
import type { Draws } from "../support/_pieces.ts";
import { raw, type RawFrame } from "../support/_raw_frame.ts";

/** What a frame means to the model, once all of it has come. */
export type Effect =
  | { readonly kind: "none" }
  | {
    readonly kind: "stream";
    readonly id: number;
    readonly apply: (answer: ModelAnswer) => void;
  }
  | { readonly kind: "goaway"; readonly lastStreamId: number }
  | { readonly kind: "error"; readonly errorCode: number };

/** Bytes on their way to the client, of one frame or a header block. */
export interface Said {
  readonly bytes: Uint8Array;
  readonly effect: Effect;
}

/** What means nothing to any call. */
export function said(frame: RawFrame): Said {
  return { bytes: raw(frame), effect: { kind: "none" } };
}

/** Exclusive, on stream 3, of weight 16. */
const SOME_PRIORITY = Uint8Array.of(0x80, 0, 0, 3, 15);

/** A header block in one frame, with a priority now and then, or in several. */
export function headers(
  draws: Draws,
  { streamId, flags, payload }: {
    readonly streamId: number;
    readonly flags: number;
    readonly payload: Uint8Array;
  },
): Uint8Array {
  const { HEADERS, CONTINUATION, END_HEADERS, PRIORITY_FLAG } = http2;
  if (draws.oneIn(8)) {
    return raw({
      type: HEADERS,
      flags: flags | END_HEADERS | PRIORITY_FLAG,
      streamId,
      payload: joined(SOME_PRIORITY, payload),
    });
  }
  const cuts = draws.oneIn(6) && payload.length > 0
    ? [...draws.pieces(payload, 8)]
    : [payload];
  return raw(...cuts.map((payload, at) => ({
    type: at === 0 ? HEADERS : CONTINUATION,
    flags: (at === 0 ? flags : 0) |
      (at === cuts.length - 1 ? END_HEADERS : 0),
    streamId,
    payload,
  })));
}

/** SETTINGS, each an identifier and a value. */
export function settings(values: readonly (readonly [number, number])[]): Said {
  const payload = new Uint8Array(6 * values.length);
  const view = new DataView(payload.buffer);
  for (const [at, [id, value]] of values.entries()) {
    view.setUint16(6 * at, id);
    view.setUint32(6 * at + 2, value);
  }
  return said({ type: http2.SETTINGS, payload });
}

/** A PING; the first half of its data is 0. */
export function ping(low: number): Said {
  const payload = new Uint8Array(8);
  new DataView(payload.buffer).setUint32(4, low);
  return said({ type: http2.PING, payload });
}

/** A frame that is to be passed over. */
export function ignored(draws: Draws): Said {
  const payload = draws.bytes(draws.below(20));
  return said(draws.of<RawFrame>([
    { type: http2.PRIORITY, streamId: 5, payload: new Uint8Array(5) },
    { type: 10 + draws.below(200), streamId: draws.below(9), payload },
    { type: http2.PING, flags: http2.ACK, payload: new Uint8Array(8) },
  ]));
}

/** A GOAWAY; `ids` are the streams that the peer knows. */
export function goaway(draws: Draws, ids: readonly number[]): Said {
  const lastStreamId = draws.of([
    http2.MAX_STREAM_ID,
    ids[draws.below(ids.length)] ?? 0,
    0,
  ]);
  const payload = new Uint8Array(8 + draws.below(5));
  new DataView(payload.buffer).setUint32(0, lastStreamId);
  payload[7] = draws.below(14);
  return {
    bytes: raw({ type: http2.GOAWAY, payload }),
    effect: { kind: "goaway", lastStreamId },
  };
}

/** More than any client can use up at once, */
const MUCH_BYTES = 0x4000_0000;
const MUCH: RawFrame = {
  type: http2.WINDOW_UPDATE,
  payload: Uint8Array.of(0x40, 0, 0, 0),
};
/** and more than there may be of it. */
const TOO_MUCH: RawFrame = {
  ...MUCH,
  payload: Uint8Array.of(0x7f, 0xff, 0xff, 0xff),
};

/** What no server may say, to a client that knows these streams. */
export function wrong(
  draws: Draws,
  { ids, side }: {
    readonly ids: readonly number[];
    readonly side: { grow(id: number, increment: number): void };
  },
): Said {
  const { PROTOCOL_ERROR, FRAME_SIZE_ERROR, COMPRESSION_ERROR } = http2;
  const { FLOW_CONTROL_ERROR, END_HEADERS } = http2;
  // Of no client, and of one that has not come that far.
  const streamId = draws.of([2, 1_000_000]) + draws.below(2) * 999_999;
  const [id] = ids;
  const [frame, errorCode, again = []] = draws.of<
    readonly [RawFrame, number, (readonly RawFrame[])?]
  >([
    [{ type: http2.DATA, streamId }, PROTOCOL_ERROR],
    [
      { type: http2.RST_STREAM, streamId, payload: new Uint8Array(4) },
      PROTOCOL_ERROR,
    ],
    [{ type: http2.HEADERS, streamId, flags: END_HEADERS }, PROTOCOL_ERROR],
    [{ type: http2.PUSH_PROMISE, streamId: 1 }, PROTOCOL_ERROR],
    [{ type: http2.PING }, FRAME_SIZE_ERROR],
    [{ type: http2.SETTINGS, length: 16_385 }, FRAME_SIZE_ERROR],
    [MUCH, FLOW_CONTROL_ERROR, [TOO_MUCH]],
    id === undefined ? [{ type: http2.GOAWAY }, FRAME_SIZE_ERROR] : [
      {
        type: http2.HEADERS,
        streamId: id,
        flags: END_HEADERS,
        payload: Uint8Array.of(0x80),
      },
      COMPRESSION_ERROR,
    ],
  ]);
  // It may come before the other one, and alone it is right.
  if (frame === MUCH) side.grow(0, MUCH_BYTES);
  return { bytes: raw(frame, ...again), effect: { kind: "error", errorCode } };
}

/** The headers of an answer, with one more that may be wrong. */
export function oddFields(draws: Draws): readonly Pair[] {
  const odd = draws.of<Pair>([
    ["Upper", "x"],
    ["connection", "close"],
    ["x", "a\nb"],
    [":path", "/"],
    [":status", "200"],
    ["content-length", draws.of(["0", "7", "100", "x"])],
  ]);
  const usual: readonly Pair[] = [
    [":status", draws.of(["200", "200", "101"])],
    ["content-type", "application/grpc"],
  ];
  return draws.oneIn(2) ? [...usual, odd] : [odd, ...usual];
}
