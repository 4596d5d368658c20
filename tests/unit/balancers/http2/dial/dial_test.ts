// How a connection is made, or not: against peers that are none, or wrong.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeDial } from "../../../../../balancers/dial/mod.ts";
import { addressesOf } from "../../../../../balancers/http2/dial/_addresses.ts";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { CertificateAuthority } from "../../../../../testing/certificates/mod.ts";
import { waitFor } from "../../../../harness/mod.ts";
import { BlackHole } from "../../../support/_black_hole.ts";
import { run } from "../../../support/_program.ts";
import { TcpPeer, writeAll } from "../../../support/_tcp_peer.ts";
import { Dialled, EMPTY, replyOf, statusOf } from "../peer/_dialled.ts";
import { latin1 } from "../support/_hex.ts";
import { raw } from "../support/_raw_frame.ts";
import { answer, RawPeer, settings } from "../peer/_raw_peer.ts";

/** A server that says this to everybody, and reads to the end. */
function saying(bytes: Uint8Array): TcpPeer {
  return new TcpPeer(async (conn) => {
    await writeAll(conn, bytes);
    const buffer = new Uint8Array(1_000);
    while (await conn.read(buffer) !== null);
  });
}

/** Why a dial of an address failed; nothing is left of it. */
async function failureOf(address: string, timeoutMs = 5_000) {
  await using dialled = new Dialled(address, { timeoutMs });
  const why = await dialled.down.promise;
  await dialled.gone.promise;
  assertEquals([dialled.transport.sockets, dialled.transport.ready], [
    0,
    false,
  ]);
  return why.reason;
}

Deno.test("Dialling is ready with the server's SETTINGS, and not before", async () => {
  await using server = new RawPeer();
  await using dialled = new Dialled(server.address);
  const peer = await server.accept();
  await peer.frame(http2.SETTINGS);
  await peer.frame(http2.WINDOW_UPDATE);
  assert(!dialled.transport.ready);
  const { grpcCode, reach } = await statusOf(dialled.call());
  assertEquals([grpcCode, reach], [14, "unsent"]);
  await peer.say(settings());
  await dialled.ready.promise;
  assert(dialled.transport.ready);
  const call = dialled.call();
  await peer.frame(http2.HEADERS, 1);
  await peer.say(...answer(1, "x"));
  assertEquals(await replyOf(call), "x");
});

const STRANGERS: Readonly<Record<string, readonly [string, string]>> = {
  "HTTP/1": [
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
    "HTTP/1.1 400 Bad Request",
  ],
  "SSH": ["SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", "SSH-2.0-OpenSSH"],
  "garbage": ["\x00\x01\x02 what is this", "begins with"],
};

for (const [what, [bytes, shown]] of Object.entries(STRANGERS)) {
  Deno.test(`Dialling says what it heard of a peer that speaks ${what}`, async () => {
    await using peer = saying(latin1(bytes));
    const reason = await failureOf(peer.address);
    assertStringIncludes(
      reason,
      "connected, but the handshake failed, is it an etcd server? Or an https endpoint?",
    );
    assertStringIncludes(reason, shown);
  });
}

Deno.test("Dialling gives up a peer that accepts and stays silent", async () => {
  await using peer = saying(EMPTY);
  assertEquals(
    await failureOf(peer.address, 50),
    "connected, but got no HTTP/2 settings within 50 ms, is it an etcd server?",
  );
});

Deno.test("Dialling gives up a peer that closes before its SETTINGS", async () => {
  await using peer = new TcpPeer(() => Promise.resolve());
  const reason = await failureOf(peer.address);
  assertStringIncludes(reason, "connected, but the handshake failed");
});

Deno.test("Dialling gives up an address that answers no SYN", async () => {
  using hole = await BlackHole.open();
  assertEquals(await failureOf(hole.address, 50), "no connection within 50 ms");
});

Deno.test("Dialling says that nobody listens", async () => {
  assertStringIncludes(
    await failureOf("127.0.0.1:1"),
    "connect ECONNREFUSED 127.0.0.1:1",
  );
});

Deno.test("Dialling takes the address that is first to answer, and lets go of the others", async () => {
  using hole = await BlackHole.open();
  await using silent = saying(EMPTY);
  await using server = new RawPeer();
  const others = [hole.address, silent.address, "127.0.0.1:1"];
  await using dialled = new Dialled(server.address, {
    target: `ipv4:${[...others, server.address].join()}`,
  });
  const peer = await server.accept();
  await peer.say(settings());
  await dialled.ready.promise;
  await waitFor("one socket", () => dialled.transport.sockets === 1);
});

Deno.test("addressesOf() reads every kind of target", async () => {
  assertEquals(await addressesOf("unix:/run/a:b.sock"), [
    { path: "/run/a:b.sock" },
  ]);
  assertEquals(await addressesOf("ipv6:[::1]:2379"), [
    { host: "::1", port: 2379 },
  ]);
  assertEquals(await addressesOf("ipv4:10.0.0.1:1,10.0.0.2:2"), [
    { host: "10.0.0.1", port: 1 },
    { host: "10.0.0.2", port: 2 },
  ]);
  const local = await addressesOf("dns:localhost:2379");
  assert(
    local.some((address) => "host" in address && address.host === "127.0.0.1"),
  );
});

Deno.test("Dialling wants HTTP/2 to be agreed on with TLS, and takes that for one socket", async () => {
  const authority = await CertificateAuthority.create("test");
  const { cert, key } = await authority.issue({ addresses: ["127.0.0.1"] });
  for (const alpnProtocols of [undefined, ["h2"]]) {
    await using server = serving({
      cert,
      key,
      ...alpnProtocols && { alpnProtocols },
    });
    await using dialled = overTls(server.port, authority.cert);
    if (alpnProtocols === undefined) {
      assertStringIncludes(
        (await dialled.down.promise).reason,
        "by TLS it does not agree to speak HTTP/2 (ALPN)",
      );
    } else {
      await dialled.ready.promise;
      assertEquals(dialled.transport.sockets, 1);
    }
  }
});

Deno.test("Dialling says of a peer that ends amid the handshake that it has no TLS", async () => {
  await using peer = new TcpPeer(async (conn) => {
    await conn.read(new Uint8Array(1));
  });
  await using dialled = overTls(peer.port, undefined);
  const why = await dialled.down.promise;
  assertEquals(why.kind, "tls");
  assertStringIncludes(why.reason, "it does not speak TLS");
});

Deno.test("Dialling by TLS does not blame TLS where a proxy ends each connection, as its member is down", async () => {
  await using proxy = new TcpPeer(() => Promise.resolve());
  await using dialled = overTls(proxy.port, undefined);
  const why = await dialled.down.promise;
  assertEquals(why.kind, "other");
  assertStringIncludes(why.reason, "is it a proxy whose member is down?");
});

/** A server of HTTP/2 over TLS, which says SETTINGS and no more. */
function serving(
  options: Deno.TlsCertifiedKeyPem & Partial<Deno.ListenTlsOptions>,
) {
  const hostname = "127.0.0.1";
  const listener = Deno.listenTls({ hostname, port: 0, ...options });
  const served = (async () => {
    const conn = await listener.accept();
    try {
      await conn.write(raw(settings()));
      const buffer = new Uint8Array(1_000);
      while (await conn.read(buffer) !== null);
    } catch {
      // However the client ends it.
    }
    conn.close();
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      await served;
      listener.close();
    },
  };
}

function overTls(port: number, ca: string | undefined): Dialled {
  const own = { cert: undefined, key: undefined };
  const tls = { ca, ...own, serverName: () => undefined };
  const secure = makeDial({ tls, keepAlive: false, transport: "http2" });
  return new Dialled(`127.0.0.1:${port}`, {
    dial: (endpoint, settings) =>
      secure({ ...endpoint, secure: true }, settings),
  });
}

Deno.test("Http2Transport.abort() amid a dial leaves nothing behind", async () => {
  using hole = await BlackHole.open();
  await using server = new RawPeer();
  for (const address of [hole.address, server.address, "localhost:1"]) {
    const target = address.startsWith("localhost")
      ? `dns:${address}`
      : undefined;
    await using dialled = new Dialled(address, target ? { target } : {});
    dialled.transport.abort();
    await dialled.gone.promise;
    assertEquals(dialled.transport.sockets, 0);
  }
});

Deno.test("a process with an idle connection ends by itself, and needs --allow-net alone", async () => {
  await using server = new RawPeer();
  const serving = (async () => {
    const peer = await server.accept();
    await peer.say(settings());
    const { streamId } = await peer.until(({ type }) => type === http2.HEADERS);
    await peer.say(...answer(streamId, ""));
    await peer.end();
  })();
  const { code, output, errors, tookMs } = await run(
    `
    const client = new Client({
      endpoints: "http://${server.address}",
      transport: "http2",
    });
    console.log(await client.get("k"));
  `,
    { permissions: ["--allow-net"] },
  );
  assertEquals([code, output, errors], [0, "undefined\n", ""]);
  await serving;
  assert(tookMs < 15_000, `${tookMs} ms`);
});
