// What a call says of an answer that is an HTTP server's, or a proxy's.
import { assertEquals, assertInstanceOf } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { EtcdError } from "../../../../../errors/mod.ts";
import { Client } from "../../../../../mod.ts";
import { headers, RawPeer, settings } from "../peer/_raw_peer.ts";

const PAGE = { "content-type": "text/html" };

/** The message of a put that is answered with such headers. */
async function messageOf(status: string): Promise<string> {
  await using server = new RawPeer();
  await using client = new Client({
    endpoints: `http://${server.address}`,
    transport: "http2",
  });
  const answering = (async () => {
    const peer = await server.accept();
    await peer.say(settings());
    const { streamId } = await peer.until(({ type }) => type === http2.HEADERS);
    await peer.say(headers(streamId, { ":status": status, ...PAGE }));
  })();
  let error: unknown;
  try {
    await client.put("k", "v", { timeoutMs: 20_000 });
  } catch (caught) {
    error = caught;
  }
  await answering;
  assertInstanceOf(error, EtcdError);
  return error.message.replace(`http://${server.address}`, "ENDPOINT");
}

const NO_ANSWER = "that is no gRPC answer, is it an etcd server?";

const MESSAGES: Readonly<Record<string, string>> = {
  "200":
    `Cannot put: Received HTTP status code 200 and content type 'text/html'; ${NO_ANSWER} (UNKNOWN, from ENDPOINT); it may have been applied`,
  "413":
    "Cannot put: a proxy in front of ENDPOINT answered with HTTP status 413: it passes on no request of this size (request_too_large)",
  "502":
    `Cannot put: Received HTTP status code 502; ${NO_ANSWER} (UNAVAILABLE, from ENDPOINT); it may have been applied`,
};

for (const [status, expected] of Object.entries(MESSAGES)) {
  Deno.test(`Client names an HTML page of status ${status} as what it is, over http2`, async () => {
    assertEquals(await messageOf(status), expected);
  });
}
