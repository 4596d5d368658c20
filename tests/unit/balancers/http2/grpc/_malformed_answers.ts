/** Answers that RFC 9113, 8, calls malformed. */
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { joined } from "../../../support/_joined.ts";
import type { RawFrame } from "../support/_raw_frame.ts";
import {
  ANSWER,
  block,
  data,
  headers,
  message,
  trailers,
} from "../peer/_raw_peer.ts";

/** A name and a value. */
export type Pair = readonly [string, string];
/** What the headers of an answer have. */
export const OK: Pair = [":status", "200"];
export const GRPC: Pair = ["content-type", "application/grpc"];
const { END_HEADERS, END_STREAM } = http2;

/** The frames of an answer, on a stream of this id. */
export type Frames = (id: number) => readonly RawFrame[];

/** HEADERS of fields in this order, some of them twice. */
export function fields(
  id: number,
  pairs: readonly Pair[],
  flags = 0,
): RawFrame {
  return {
    type: http2.HEADERS,
    streamId: id,
    flags: END_HEADERS | flags,
    payload: joined(...pairs.map((pair) => block(Object.fromEntries([pair])))),
  };
}

/** The headers of an answer with one more field. */
function withField(...pair: Pair): Frames {
  return (id) => [fields(id, [OK, GRPC, pair])];
}

/** A whole answer, the trailers of which have one more field. */
export function withTrailer(...pair: Pair): Frames {
  return (id) => [
    headers(id, ANSWER),
    data(id, message("reply")),
    fields(id, [["grpc-status", "0"], pair], END_STREAM),
  ];
}

/** An answer with this many bytes of DATA, and what it says of them. */
function withLength(said: readonly string[], bytes = message("reply")): Frames {
  return (id) => [
    fields(id, [
      OK,
      GRPC,
      ...said.map((length): Pair => ["content-length", length]),
    ]),
    data(id, bytes),
    trailers(id),
  ];
}

/** What is said, and what the call says of it. */
const MALFORMED: Readonly<
  Record<string, readonly [Frames, string]>
> = {
  "a name in upper case": [
    withField("Grpc-Encoding", "identity"),
    "headers: no field may be named 'Grpc-Encoding'",
  ],
  "a name in upper case in trailers": [
    withTrailer("Grpc-Status", "0"),
    "trailers: no field may be named 'Grpc-Status'",
  ],
  "a name with a space": [
    withField("x y", ""),
    "headers: no field may be named 'x y'",
  ],
  "a name with a colon in it": [
    withField("x:y", ""),
    "headers: no field may be named 'x:y'",
  ],
  "a name beyond ASCII": [
    withField("x\xff", ""),
    "headers: no field may be named 'x\\xff'",
  ],
  "an empty name": [withField("", "x"), "headers: no field may be named ''"],
  "a line break in a value": [
    withField("x", "a\r\nb: c"),
    "headers: the value of 'x' is 'a\\x0d\\x0ab: c'",
  ],
  "a zero in the message of a status": [
    withTrailer("grpc-message", "\0"),
    "trailers: the value of 'grpc-message' is '\\x00'",
  ],
  "a field of a request": [
    (id) => [fields(id, [OK, [":path", "/"], GRPC])],
    "headers: there is no field ':path'",
  ],
  "a pseudo-header that is none": [
    (id) => [fields(id, [OK, [":x", ""], GRPC])],
    "headers: there is no field ':x'",
  ],
  "':status' twice": [
    (id) => [fields(id, [OK, OK, GRPC])],
    "headers: it has ':status' twice",
  ],
  "':status' behind other fields": [
    (id) => [fields(id, [GRPC, OK])],
    "headers: ':status' comes behind other fields",
  ],
  "no ':status'": [
    (id) => [fields(id, [GRPC])],
    "headers: there is no ':status'",
  ],
  "no ':status' with a status of gRPC": [
    (id) => [trailers(id)],
    "headers: there is no ':status'",
  ],
  ...Object.fromEntries(
    ["2e2", "", "0", "20", "099", "2000", "+20", "200 "].map((status) => [
      `':status' '${status}'`,
      [
        (id: number) => [fields(id, [[":status", status], GRPC])],
        `headers: ':status' is '${status}'`,
      ] as const,
    ]),
  ),
  "':status' 101": [
    (id) => [headers(id, { ":status": "101", upgrade: "x" })],
    "headers: 'upgrade' is of HTTP/1 ('x')",
  ],
  "':status' 101 alone": [
    (id) => [headers(id, { ":status": "101" })],
    "headers: ':status' is 101",
  ],
  "an end at 1xx": [
    (id) => [headers(id, { ":status": "103" }, END_STREAM)],
    "headers: ':status' is 103, and no answer follows",
  ],
  "trailers with ':status'": [
    (
      id,
    ) => [headers(id, ANSWER), trailers(id, { ...ANSWER, "grpc-status": "0" })],
    "trailers: ':status' is of headers",
  ],
  ...Object.fromEntries(
    [
      ["connection", "close"],
      ["keep-alive", "timeout=5"],
      ["proxy-connection", "keep-alive"],
      ["transfer-encoding", "chunked"],
      ["upgrade", "h2c"],
    ].map(([name = "", value = ""]) => [
      `'${name}'`,
      [withField(name, value), `headers: '${name}' is of HTTP/1 ('${value}')`],
    ]),
  ),
  "'connection' in the page of a proxy": [
    (id) => [headers(id, { ":status": "502", connection: "close" })],
    "headers: 'connection' is of HTTP/1 ('close')",
  ],
  "a 'content-length' that is no number": [
    withLength(["ten"]),
    "headers: its 'content-length' is 'ten'",
  ],
  "two of 'content-length'": [
    withLength(["10", "11"]),
    "headers: its 'content-length' is '10' and '11'",
  ],
};

/** The same, where it is not the fields that are wrong. */
const WRONG: typeof MALFORMED = {
  "1xx after headers": [
    (id) => [headers(id, ANSWER), headers(id, { ":status": "103" })],
    "The server sent headers amid its answer",
  ],
  "trailers without an end": [
    (id) => [
      headers(id, ANSWER),
      data(id, message("reply")),
      headers(id, { "grpc-status": "0" }),
    ],
    "The server sent headers amid its answer",
  ],
  "data before headers": [
    (id) => [data(id, message("reply"))],
    "The server sent data before headers",
  ],
  "data after 1xx alone": [
    (id) => [headers(id, { ":status": "103" }), data(id, message("reply"))],
    "The server sent data before headers",
  ],
  "more bytes than 'content-length'": [
    withLength(["9"]),
    "The server sent more than its 'content-length'",
  ],
  "fewer bytes than 'content-length'": [
    withLength(["11"]),
    "The server sent less than its 'content-length' (1 missing)",
  ],
  "nothing of its 'content-length'": [
    (id) => [
      trailers(id, { ...ANSWER, "content-length": "5", "grpc-status": "0" }),
    ],
    "The server sent less than its 'content-length' (5 missing)",
  ],
};

/** All of these: what is said, and what the call says of it. */
export const ALL_MALFORMED: readonly {
  readonly what: string;
  readonly frames: Frames;
  readonly details: string;
}[] = [
  ...Object.entries(MALFORMED).map(([what, [frames, fault]]) => ({
    what,
    frames,
    details: `The server sent malformed ${fault}`,
  })),
  ...Object.entries(WRONG).map(([what, [frames, details]]) => ({
    what,
    frames,
    details,
  })),
];
