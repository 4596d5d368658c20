// What the transport makes of answers, each of them said by a raw peer.
import { assertEquals, assertStringIncludes } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import type { Reach } from "../../../../../errors/reach.ts";
import { connected, replyOf, statusOf } from "../peer/_dialled.ts";
import { joined } from "../../../support/_joined.ts";
import type { RawFrame } from "../support/_raw_frame.ts";
import {
  ANSWER,
  answer,
  data,
  headers,
  message,
  reset,
  trailers,
} from "../peer/_raw_peer.ts";

const HTML = { "content-type": "text/html" };

/** The status of a call that is answered so, and whether it was reset. */
async function answered(frames: (id: number) => readonly RawFrame[]) {
  await using it = await connected();
  const call = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(...frames(1));
  const status = await statusOf(call);
  // The next call is answered: the connection has not suffered.
  const next = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 3);
  await it.peer.say(...answer(3, "next"));
  assertEquals(await replyOf(next), "next");
  return status;
}

const STATUSES: readonly {
  readonly name: string;
  readonly frames: (id: number) => readonly RawFrame[];
  readonly grpcCode: number;
  readonly details: string;
  /** @default {"answered"} */
  readonly reach?: Reach;
  readonly httpStatus?: number;
}[] = [
  {
    name: "trailers only",
    frames: (id) => [
      trailers(id, { ...ANSWER, "grpc-status": "5", "grpc-message": "no key" }),
    ],
    grpcCode: 5,
    details: "no key",
  },
  {
    name: "a message with percents",
    frames: (id) => [
      trailers(id, {
        ...ANSWER,
        "grpc-status": "3",
        "grpc-message": "100%25 %C3%BC%zz%4",
      }),
    ],
    grpcCode: 3,
    details: "100% ü%zz%4",
  },
  {
    name: "a status beside details in binary",
    frames: (id) => [
      headers(id, ANSWER),
      trailers(id, {
        "grpc-status": "9",
        "grpc-message": "not now",
        "grpc-status-details-bin": "CAkSB25vdCBub3c",
      }),
    ],
    grpcCode: 9,
    details: "not now",
  },
  {
    name: "a status after a reply",
    frames: (id) => [
      headers(id, ANSWER),
      data(id, message("x")),
      trailers(id, { "grpc-status": "13", "grpc-message": "too late" }),
    ],
    grpcCode: 13,
    details: "too late",
  },
  {
    name: "no status in the trailers",
    frames: (id) => [headers(id, ANSWER), trailers(id, { "x-a": "b" })],
    grpcCode: 13,
    details: "without a status",
    reach: "unanswered",
  },
  {
    name: "an end without trailers",
    frames: (id) => [
      headers(id, ANSWER),
      { ...data(id, message("x")), flags: http2.END_STREAM },
    ],
    grpcCode: 13,
    details: "without a status",
    reach: "unanswered",
  },
  {
    name: "no reply",
    frames: (id) => [headers(id, ANSWER), trailers(id)],
    grpcCode: 13,
    details: "The reply is missing",
    reach: "unanswered",
  },
  {
    name: "two replies",
    frames: (id) => [
      headers(id, ANSWER),
      data(id, joined(message("a"), message("b"))),
    ],
    grpcCode: 13,
    details: "two replies",
    reach: "unanswered",
  },
  {
    name: "a reply that is cut off",
    frames: (id) => [
      headers(id, ANSWER),
      data(id, message("abc").subarray(0, 6)),
      trailers(id),
    ],
    grpcCode: 13,
    details: "in a message",
    reach: "unanswered",
  },
  {
    name: "a reply in gzip",
    frames: (id) => [
      headers(id, { ...ANSWER, "grpc-encoding": "gzip" }),
      data(id, Uint8Array.of(1, 0, 0, 0, 1, 0)),
    ],
    grpcCode: 13,
    details: "'gzip'",
    reach: "unanswered",
  },
  ...[
    [400, 13],
    [401, 16],
    [403, 7],
    [404, 12],
    [413, 2],
    [429, 14],
    [500, 2],
    [502, 14],
    [503, 14],
    [504, 14],
  ].map(([httpStatus = 0, grpcCode = 0]) => ({
    name: `HTTP status ${httpStatus}`,
    frames: (id: number) => [
      headers(id, { ":status": `${httpStatus}`, ...HTML }),
    ],
    grpcCode,
    details:
      `HTTP status code ${httpStatus}; that is no gRPC answer, is it an etcd server?`,
    httpStatus,
  })),
  {
    name: "a page of an HTTP server",
    frames: (id) => [headers(id, { ":status": "200", ...HTML })],
    grpcCode: 2,
    details:
      "HTTP status code 200 and content type 'text/html'; that is no gRPC answer",
  },
  ...[
    [http2.REFUSED_STREAM, 14],
    [http2.CANCEL, 1],
    [http2.ENHANCE_YOUR_CALM, 8],
    [http2.INADEQUATE_SECURITY, 7],
    [http2.INTERNAL_ERROR, 13],
    [http2.NO_ERROR, 13],
  ].map(([code = 0, grpcCode = 0]) => ({
    name: `RST_STREAM ${http2.errorName(code)}`,
    frames: (id: number) => [reset(id, code)],
    grpcCode,
    details: `reset the stream with code ${code} (${http2.errorName(code)})`,
    reach: "unanswered" as const,
  })),
];

for (const { name, frames, details, ...expected } of STATUSES) {
  Deno.test(`Connection is answered with ${name}`, async () => {
    const status = await answered(frames);
    const { grpcCode, reach, httpStatus } = status;
    // Only a GOAWAY is a promise that it was not processed.
    assertEquals(
      { grpcCode, reach, httpStatus },
      { reach: "answered", httpStatus: undefined, ...expected },
    );
    assertStringIncludes(status.details, details);
  });
}

Deno.test("Connection passes over 1xx, and takes a message however it is cut", async () => {
  await using it = await connected();
  const call = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  const bytes = message("in pieces");
  await it.peer.say(
    headers(1, { ":status": "103", link: "</a>" }),
    headers(1, ANSWER),
    ...Array.from(bytes, (_, at) => data(1, bytes.subarray(at, at + 1))),
    trailers(1),
  );
  assertEquals(await replyOf(call), "in pieces");
});

Deno.test("Connection takes messages of an encoding that is named and not used", async () => {
  await using it = await connected();
  const call = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say(
    headers(1, { ...ANSWER, "grpc-encoding": "gzip" }),
    data(1, message("plain")),
    trailers(1),
  );
  assertEquals(await replyOf(call), "plain");
});
