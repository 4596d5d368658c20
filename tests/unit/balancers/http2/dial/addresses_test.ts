// What is told of an endpoint with several addresses, none of which serves.
import { assertStringIncludes } from "@std/assert";
import { TcpPeer, writeAll } from "../../../support/_tcp_peer.ts";
import { Dialled } from "../peer/_dialled.ts";
import { latin1 } from "../support/_hex.ts";

/** Where nobody listens. */
const REFUSING = "127.0.0.1:1";

Deno.test("Dialling tells of the address that it came furthest with, whichever failed last", async () => {
  await using web = new TcpPeer(async (conn) => {
    await writeAll(conn, latin1("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await conn.read(new Uint8Array(1_000));
  });
  for (
    const addresses of [
      [web.address, REFUSING],
      [REFUSING, web.address],
      [REFUSING, web.address, REFUSING],
    ]
  ) {
    await using dialled = new Dialled(REFUSING, {
      target: `ipv4:${addresses.join()}`,
    });
    assertStringIncludes(
      (await dialled.down.promise).reason,
      "HTTP/1.1 400 Bad Request",
    );
  }
});
