/** Test vectors of frames: our own, and those of http2-frame-test-case. */
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { vectorFiles } from "../support/_vector_folder.ts";

/** What the payload of a frame says; which fields there are is the type's. */
export interface FramePayload {
  readonly data?: string;
  readonly headerBlockFragment?: string;
  readonly paddingLength?: number | null;
  readonly weight?: number | null;
  readonly errorCode?: number;
  readonly settings?: readonly (readonly [number, number])[];
  readonly promisedStreamId?: number;
  readonly opaqueData?: string;
  readonly lastStreamId?: number;
  readonly additionalDebugData?: string;
  readonly windowSizeIncrement?: number;
}

/** One frame, and what it is: itself, or one of some error codes. */
export interface FrameVector {
  readonly description: string;
  /** Hexadecimal digits. */
  readonly wire: string;
  readonly error: readonly number[] | null;
  readonly frame: {
    readonly length: number;
    readonly type: number;
    readonly flags: number;
    readonly streamId: number;
    readonly payload: FramePayload;
  } | null;
}

function right(
  description: string,
  wire: string,
  [type, flags, streamId]: readonly [number, number, number],
  payload: FramePayload,
): FrameVector {
  const digits = wire.replaceAll(" ", "");
  return {
    description,
    wire: digits,
    error: null,
    frame: {
      length: digits.length / 2 - http2.FRAME_HEAD_BYTES,
      type,
      flags,
      streamId,
      payload,
    },
  };
}

function wrong(
  description: string,
  wire: string,
  ...error: readonly number[]
): FrameVector {
  return { description, wire: wire.replaceAll(" ", ""), error, frame: null };
}

const { END_HEADERS, END_STREAM, PADDED, PRIORITY_FLAG } = http2;
const { PROTOCOL_ERROR, FRAME_SIZE_ERROR } = http2;

/** Made by hand from RFC 9113. */
const OUR_VECTORS: readonly FrameVector[] = [
  right(
    "DATA that ends its stream",
    "000004 00 01 00000003 65746364",
    [http2.DATA, END_STREAM, 3],
    { data: "etcd" },
  ),
  right(
    "DATA with padding",
    "000007 00 08 00000003 02 65746364 0000",
    [http2.DATA, PADDED, 3],
    { data: "etcd", paddingLength: 2 },
  ),
  right(
    "HEADERS in one frame",
    "000002 01 04 00000001 8886",
    [http2.HEADERS, END_HEADERS, 1],
    { headerBlockFragment: "\x88\x86" },
  ),
  right(
    "HEADERS with padding and priority",
    "000009 01 2c 00000005 01 00000003 0f 8886 00",
    [http2.HEADERS, END_HEADERS | PADDED | PRIORITY_FLAG, 5],
    { headerBlockFragment: "\x88\x86", paddingLength: 1, weight: 16 },
  ),
  right(
    "CONTINUATION",
    "000002 09 00 00000001 8886",
    [http2.CONTINUATION, 0, 1],
    { headerBlockFragment: "\x88\x86" },
  ),
  right(
    "PRIORITY",
    "000005 02 00 00000009 00000003 0f",
    [http2.PRIORITY, 0, 9],
    { weight: 16 },
  ),
  right(
    "RST_STREAM",
    "000004 03 00 00000007 00000007",
    [http2.RST_STREAM, 0, 7],
    { errorCode: http2.REFUSED_STREAM },
  ),
  right(
    "SETTINGS, one of them unknown",
    "00000c 04 00 00000000 0003 000000fa 6a6a 00000001",
    [http2.SETTINGS, 0, 0],
    { settings: [[3, 250], [0x6a6a, 1]] },
  ),
  right(
    "PUSH_PROMISE",
    "000005 05 04 00000001 00000002 82",
    [http2.PUSH_PROMISE, END_HEADERS, 1],
    { headerBlockFragment: "\x82", promisedStreamId: 2 },
  ),
  right(
    "PING",
    "000008 06 00 00000000 6675747572652121",
    [http2.PING, 0, 0],
    { opaqueData: "future!!" },
  ),
  right(
    "GOAWAY with a text",
    "000016 07 00 00000000 00000000 0000000b 746f6f5f6d616e795f70696e6773",
    [http2.GOAWAY, 0, 0],
    {
      lastStreamId: 0,
      errorCode: http2.ENHANCE_YOUR_CALM,
      additionalDebugData: "too_many_pings",
    },
  ),
  right(
    "WINDOW_UPDATE of the connection",
    "000004 08 00 00000000 0000ffff",
    [http2.WINDOW_UPDATE, 0, 0],
    { windowSizeIncrement: 65_535 },
  ),
  wrong("DATA of no stream", "000001 00 00 00000000 61", PROTOCOL_ERROR),
  wrong(
    "DATA with more padding than payload",
    "000003 00 08 00000001 03 6161",
    PROTOCOL_ERROR,
  ),
  wrong(
    "DATA without the length of its padding",
    "000000 00 08 00000001",
    FRAME_SIZE_ERROR,
  ),
  wrong(
    "SETTINGS of five bytes",
    "000005 04 00 00000000 0003000000",
    FRAME_SIZE_ERROR,
  ),
  wrong(
    "WINDOW_UPDATE of nothing",
    "000004 08 00 00000003 00000000",
    PROTOCOL_ERROR,
  ),
  wrong("CONTINUATION of no stream", "000000 09 04 00000000", PROTOCOL_ERROR),
  wrong(
    "a frame that says it is too long",
    "004001 2a 00 00000000",
    FRAME_SIZE_ERROR,
  ),
];

/** A frame of http2-frame-test-case. Its names are those of the RFC. */
function adopted(json: unknown): FrameVector {
  const { frame, ...vector } = inCamelCase(json) as FrameVector & {
    readonly frame: { streamIdentifier: number; framePayload: FramePayload };
  };
  if (frame === null) return { ...vector, frame };
  const { streamIdentifier: streamId, framePayload: payload } = frame;
  return { ...vector, frame: { ...frame, streamId, payload } };
}

/** A value of JSON with `theName` for `the_name`. */
function inCamelCase(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(inCamelCase);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name.replaceAll(/_(.)/g, (_, char: string) => char.toUpperCase()),
      inCamelCase(value),
    ]),
  );
}

/** Ours, and those of the folder that the environment names. */
export const FRAME_VECTORS: readonly FrameVector[] = [
  ...OUR_VECTORS,
  ...vectorFiles("http2-frames").map(({ path, json }) => {
    const vector = adopted(json);
    return { ...vector, description: `${path}: ${vector.description}` };
  }),
];
