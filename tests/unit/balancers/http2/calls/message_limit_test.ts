// A message that is too large: the same end over either transport, before it
// has come.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { makeDial } from "../../../../../balancers/dial/mod.ts";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { TRANSPORT_NAMES } from "../../../../../balancers/transport/mod.ts";
import { EtcdError } from "../../../../../errors/mod.ts";
import { Client } from "../../../../../mod.ts";
import { connected, replyOf, statusOf } from "../peer/_dialled.ts";
import {
  ANSWER,
  answer,
  data,
  headers,
  number,
  RawPeer,
  settings,
  trailers,
} from "../peer/_raw_peer.ts";
import { joined } from "../../../support/_joined.ts";

/** The beginning of a message of 2 GiB, one byte more than may be. */
const BEGUN = joined(Uint8Array.of(0), number(2 ** 31), new Uint8Array(10));
const SAID = "Received message larger than max (2147483648 vs 2147483647)";

for (const transport of TRANSPORT_NAMES) {
  const dial = makeDial({ tls: undefined, keepAlive: false, transport });

  Deno.test(`Transport ${transport} ends a call alone whose reply is said to be too large`, async () => {
    await using it = await connected({ dial });
    const call = it.dialled.call();
    await it.peer.frame(http2.HEADERS, 1);
    await it.peer.say(headers(1, ANSWER), data(1, BEGUN));
    const { grpcCode, details, reach } = await statusOf(call);
    assertEquals([grpcCode, details, reach], [8, SAID, "unanswered"]);
    const { payload } = await it.peer.frame(http2.RST_STREAM, 1);
    assertEquals(payload[3], http2.CANCEL);
    const next = it.dialled.call();
    await it.peer.frame(http2.HEADERS, 3);
    await it.peer.say(...answer(3, "served"));
    assertEquals(await replyOf(next), "served");
  });

  Deno.test(`Transport ${transport} ends a stream with a message that is said to be too large`, async () => {
    await using it = await connected({ dial });
    const stream = it.dialled.stream();
    stream.stream.read();
    await it.peer.frame(http2.HEADERS, 1);
    await it.peer.say(headers(1, ANSWER), data(1, BEGUN));
    const { grpcCode, details, reach } = await stream.ended;
    assertEquals([grpcCode, details, reach], [8, SAID, "unanswered"]);
    assert(it.transport.ready);
  });

  Deno.test(`Transport ${transport} tells the same code of the server's own from that`, async () => {
    await using it = await connected({ dial });
    const status = { "grpc-status": "8", "grpc-message": "too many requests" };
    const calls = [it.dialled.call(), it.dialled.call()];
    await it.peer.frame(http2.HEADERS, 3);
    await it.peer.say(
      trailers(1, { ...ANSWER, ...status }),
      headers(3, ANSWER),
      trailers(3, status),
    );
    for (const call of calls) {
      const { grpcCode, reach } = await statusOf(call);
      assertEquals([grpcCode, reach], [8, "answered"]);
    }
  });

  Deno.test(`Client over ${transport} says of a put with a reply that is too large that it may have been applied`, async () => {
    await using server = new RawPeer();
    await using client = new Client({
      endpoints: `http://${server.address}`,
      transport,
    });
    const answering = (async () => {
      const peer = await server.accept();
      await peer.say(settings());
      const { streamId } = await peer.until(({ type }) =>
        type === http2.HEADERS
      );
      await peer.say(headers(streamId, ANSWER), data(streamId, BEGUN));
    })();
    const error = await client.put("k", "v").catch((caught) => caught);
    await answering;
    assertInstanceOf(error, EtcdError);
    assertEquals(
      [error.code, error.maybeCommitted, error.message],
      [
        "resource_exhausted",
        true,
        `Cannot put: ${SAID} (RESOURCE_EXHAUSTED, from http://${server.address}); it may have been applied`,
      ],
    );
  });
}
