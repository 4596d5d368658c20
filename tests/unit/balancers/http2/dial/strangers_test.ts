// What a client says of peers that are no etcd servers, or cruel ones, and that
// it lives: within its deadline, with nothing left behind.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { EtcdError, TimeoutError } from "../../../../../errors/mod.ts";
import { Client } from "../../../../../mod.ts";
import { TcpPeer, writeAll } from "../../../support/_tcp_peer.ts";
import { heldBytes } from "../support/_held_bytes.ts";
import { latin1 } from "../support/_hex.ts";
import { raw } from "../support/_raw_frame.ts";
import { settings, windowUpdate } from "../peer/_raw_peer.ts";
import { sleep } from "../../../../harness/mod.ts";

const DIAL_TIMEOUT_MS = 100;
const TIMEOUT_MS = 300;
/** For a machine that is busy with other things. */
const SLACK_MS = 8_000;
/** More than a client keeps of what a stranger sends. */
const MAX_HELD_BYTES = 16_777_216;
const CHUNK = new Uint8Array(65_536).fill(0xaa);

/** Says so and reads on, until the client ends it. */
function saying(...parts: readonly Uint8Array[]) {
  return async (conn: Deno.TcpConn) => {
    for (const part of parts) await writeAll(conn, part);
    const buffer = new Uint8Array(65_536);
    while (await conn.read(buffer) !== null);
  };
}

/** Says so, then writes as fast as it is read. */
function flooding(...parts: readonly Uint8Array[]) {
  return async (conn: Deno.TcpConn) => {
    for (const part of parts) await writeAll(conn, part);
    for (;;) await writeAll(conn, CHUNK);
  };
}

const MEBIBYTE = 1_048_576;
const PUTS = 64;
const GREETING = raw(settings());
const BEGINS = "connected, but the handshake failed, is it an etcd server? " +
  "Or an https endpoint? (Cannot speak HTTP/2 with the peer: it begins with ";

/** What a peer does, and a part of what is said of it. */
const STRANGERS: Readonly<
  Record<string, readonly [(conn: Deno.TcpConn) => Promise<void>, string]>
> = {
  "speaks HTTP/1": [
    saying(latin1("HTTP/1.1 400 Bad Request\r\n\r\n<html>")),
    `${BEGINS}'HTTP/1.1 400 Bad Request')`,
  ],
  "sends an HTTP/1 page without an end": [
    flooding(latin1("HTTP/1.1 200 OK\r\n\r\n")),
    `${BEGINS}'HTTP/1.1 200 OK')`,
  ],
  "has a banner": [
    saying(latin1("SSH-2.0-OpenSSH_9.2p1\r\n")),
    `${BEGINS}'SSH-2.0-OpenSSH_9.2p1')`,
  ],
  "has a short banner, and waits": [
    saying(latin1("ERROR\r\n")),
    `connected, but got no HTTP/2 settings within ${DIAL_TIMEOUT_MS} ms, only 'ERROR', is it an etcd server?`,
  ],
  "speaks TLS": [
    saying(Uint8Array.of(0x15, 3, 3, 0, 2, 2, 70, 0, 0, 0)),
    `${BEGINS}15 03 03 00 02 02 46 00 00 00)`,
  ],
  "sends garbage without an end": [flooding(), `${BEGINS}aa aa aa`],
  "says nothing": [
    saying(),
    `connected, but got no HTTP/2 settings within ${DIAL_TIMEOUT_MS} ms, is it an etcd server?`,
  ],
  "sends half of its SETTINGS": [
    saying(Uint8Array.of(0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3)),
    `connected, but got no HTTP/2 settings within ${DIAL_TIMEOUT_MS} ms, only 11 bytes of a frame, is it an etcd server?`,
  ],
  "closes at once": [
    () => Promise.resolve(),
    "connected, but the handshake failed, is it an etcd server?",
  ],
  "sends garbage behind its SETTINGS": [
    flooding(GREETING),
    "Cannot read a frame of type 170: it has 11184810 bytes, allowed are 16384",
  ],
  "falls silent behind its SETTINGS": [
    saying(GREETING),
    `within ${TIMEOUT_MS} ms (timeout)`,
  ],
};

for (const [what, [serve, said]] of Object.entries(STRANGERS)) {
  Deno.test(`Client over http2 says what it met where a peer ${what}, and lives`, async () => {
    await using peer = new TcpPeer(serve);
    const held = heldBytes();
    const startedAt = performance.now();
    await using client = new Client({
      endpoints: `http://${peer.address}`,
      transport: "http2",
      dialTimeoutMs: DIAL_TIMEOUT_MS,
    });
    const error = await client.put("k", "v", { timeoutMs: TIMEOUT_MS })
      .catch((caught) => caught);
    assertInstanceOf(error, EtcdError);
    const shown = `${error.message} ${
      JSON.stringify(client.balancer.endpoints.map((one) => one.lastError))
    }`;
    assert(shown.includes(said.replaceAll('"', '\\"')), shown);
    const tookMs = performance.now() - startedAt;
    assert(tookMs < TIMEOUT_MS + SLACK_MS, `${tookMs} ms`);
    const grown = heldBytes() - held;
    assert(grown < MAX_HELD_BYTES, `${grown} bytes`);
    await client.close();
    assertEquals(client.balancer.connections, 0);
  });
}

Deno.test("Client over http2 holds each request once for a peer that allows everything and never reads", async () => {
  const over = Promise.withResolvers<void>();
  await using peer = new TcpPeer(async (conn) => {
    await writeAll(
      conn,
      raw(
        settings(
          [http2.SETTINGS_INITIAL_WINDOW_SIZE, http2.MAX_WINDOW_SIZE],
          [http2.SETTINGS_MAX_FRAME_SIZE, http2.MAX_MAX_FRAME_SIZE],
        ),
        windowUpdate(0, 2 ** 30),
      ),
    );
    await over.promise;
  });
  await using client = new Client({
    endpoints: `http://${peer.address}`,
    transport: "http2",
  });
  const value = new Uint8Array(MEBIBYTE);
  const before = Deno.memoryUsage().external;
  const puts = Array.from(
    { length: PUTS },
    (_, at) =>
      client.put(`k${at}`, value, { timeoutMs: 1_000 })
        .catch((error) => error),
  );
  let most = 0;
  let state: "running" | "ended" = "running";
  const ended = Promise.all(puts).finally(() => state = "ended");
  while (state === "running") {
    most = Math.max(most, Deno.memoryUsage().external - before);
    await sleep(20);
  }
  const errors = await ended;
  over.resolve();
  for (const error of errors) assertInstanceOf(error, TimeoutError);
  // Each request once, and what a connection and its socket hold.
  const bound = (PUTS + 24) * MEBIBYTE;
  assert(most < bound, `${most} bytes`);
});
