// What a call says of an answer that is an HTTP server's, or a proxy's.
import { assertEquals } from "@std/assert";
import { errorOfAnswer } from "../peer/_answered.ts";
import { headers } from "../peer/_raw_peer.ts";

const PAGE = { "content-type": "text/html" };

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
    const { message } = await errorOfAnswer(
      (id) => [headers(id, { ":status": status, ...PAGE })],
      (client) => client.put("k", "v", { timeoutMs: 20_000 }),
    );
    assertEquals(message, expected);
  });
}
