// Answers that RFC 9113, 8, calls malformed, each of them said by a raw peer.
import { assert, assertEquals } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { errorOfAnswer } from "../peer/_answered.ts";
import { connected, replyOf, statusOf } from "../peer/_dialled.ts";
import {
  ALL_MALFORMED,
  fields,
  type Frames,
  GRPC,
  OK,
  withTrailer,
} from "./_malformed_answers.ts";
import {
  ANSWER,
  answer,
  data,
  headers,
  message,
  trailers,
} from "../peer/_raw_peer.ts";

for (const { what, frames, details } of ALL_MALFORMED) {
  Deno.test(`Connection resets a stream, and ends its call, at ${what}`, async () => {
    await using it = await connected();
    const call = it.dialled.call();
    const other = it.dialled.call();
    await it.peer.frame(http2.HEADERS, 3);
    // An end, so that a client that bears it does not wait for one.
    await it.peer.say(...frames(1), trailers(1));
    const { grpcCode, reach, ...status } = await statusOf(call);
    assertEquals([status.details, grpcCode, reach], [
      details,
      13,
      "unanswered",
    ]);
    const { payload } = await it.peer.frame(http2.RST_STREAM, 1);
    assertEquals(payload[3], http2.PROTOCOL_ERROR);
    // Nothing else has suffered.
    await it.peer.say(...answer(3, "served"));
    assertEquals(await replyOf(other), "served");
    assert(it.transport.ready);
  });
}

/** What RFC 9113 forbids, or might be taken for it, and peers of gRPC send. */
const BORNE: Readonly<
  Record<string, readonly [Frames, string]>
> = {
  "a status message with spaces at its ends": [
    (id) => [
      trailers(id, {
        ...ANSWER,
        "grpc-status": "5",
        "grpc-message": " no key ",
      }),
    ],
    " no key ",
  ],
  "a status message beyond ASCII that is not encoded": [
    (id) => [
      trailers(id, { ...ANSWER, "grpc-status": "5", "grpc-message": "\xfc" }),
    ],
    "\xfc",
  ],
  "a 'content-length' that is right, and one of 1xx": [
    (id) => [
      fields(id, [[":status", "103"], ["content-length", "7"]]),
      fields(id, [OK, GRPC, ["content-length", "10"]]),
      data(id, message("reply")),
      trailers(id, { "grpc-status": "5", "grpc-message": "right" }),
    ],
    "right",
  ],
  "a 'content-length' of 0 with a status alone": [
    (id) => [
      trailers(id, {
        ...ANSWER,
        "content-length": "0",
        "grpc-status": "5",
        "grpc-message": "alone",
      }),
    ],
    "alone",
  ],
  "the page of a proxy that says how long it is": [
    (id) => [
      headers(
        id,
        { ":status": "503", "content-length": "99" },
        http2.END_STREAM,
      ),
    ],
    "Received HTTP status code 503; that is no gRPC answer, is it an etcd server?",
  ],
};

for (const [what, [frames, details]] of Object.entries(BORNE)) {
  Deno.test(`Connection bears ${what}`, async () => {
    await using it = await connected();
    const call = it.dialled.call();
    await it.peer.frame(http2.HEADERS, 1);
    await it.peer.say(...frames(1));
    assertEquals((await statusOf(call)).details, details);
  });
}

Deno.test("Client says of a put with a malformed answer that it may have been applied, of a get not", async () => {
  const said =
    "The server sent malformed trailers: no field may be named 'Trailer' (INTERNAL, from ENDPOINT)";
  const malformed = withTrailer("Trailer", "x");
  assertEquals(
    await errorOfAnswer(malformed, (client) => client.put("k", "v")),
    {
      message: `Cannot put: ${said}; it may have been applied`,
      code: "internal",
      maybeCommitted: true,
    },
  );
  assertEquals(await errorOfAnswer(malformed, (client) => client.get("k")), {
    message: `Cannot get: ${said}`,
    code: "internal",
    maybeCommitted: false,
  });
});
