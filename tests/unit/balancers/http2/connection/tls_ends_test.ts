// How connections over TLS end: with a goodbye of TLS, without one, by a reset.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeDial } from "../../../../../balancers/dial/mod.ts";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { CertificateAuthority } from "../../../../../testing/certificates/mod.ts";
import { startFaultProxy } from "../../../../harness/mod.ts";
import { TcpPeer, writeAll } from "../../../support/_tcp_peer.ts";
import { Dialled, replyOf, statusOf } from "../peer/_dialled.ts";
import {
  ANSWER,
  answer,
  data,
  headers,
  message,
  RawConnection,
  settings,
} from "../peer/_raw_peer.ts";

let authority: CertificateAuthority;
let pair: Deno.TlsCertifiedKeyPem;

Deno.test.beforeAll(async () => {
  authority = await CertificateAuthority.create("test");
  pair = await authority.issue({ addresses: ["127.0.0.1"] });
});

/** A raw peer over TLS, for one connection. */
class SecurePeer implements AsyncDisposable {
  readonly #listener: Deno.TlsListener;
  readonly #ended: Promise<void>;
  readonly accepted: Promise<RawConnection>;
  #conn: Deno.TlsConn | undefined;

  constructor() {
    const options = { hostname: "127.0.0.1", port: 0, alpnProtocols: ["h2"] };
    const listener = Deno.listenTls({ ...options, ...pair });
    this.#listener = listener;
    const { promise, resolve } = Promise.withResolvers<RawConnection>();
    this.accepted = promise;
    this.#ended = (async () => {
      const conn = this.#conn = await listener.accept();
      const peer = new RawConnection(conn);
      resolve(peer);
      // However the connection ends.
      await peer.run().catch(() => {});
    })();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ended;
    this.#conn?.close();
    this.#listener.close();
  }
}

/** Carries bytes to a port and back; ends towards the client as TCP does. */
class Relay implements AsyncDisposable {
  readonly #peer: TcpPeer;
  #client: Deno.TcpConn | undefined;
  /** Whether it ends behind what it carries next. */
  ending: "no" | "soon" = "no";

  constructor(port: number) {
    this.#peer = new TcpPeer(async (client) => {
      this.#client = client;
      const server = await Deno.connect({ hostname: "127.0.0.1", port });
      const back = pump(server, client, async () => {
        if (this.ending === "soon") await this.finish();
      });
      await pump(client, server, () => Promise.resolve());
      server.close();
      await back;
    });
  }

  get port(): number {
    return this.#peer.port;
  }

  /** Says, without a word of TLS, that nothing more comes. */
  async finish(): Promise<void> {
    await this.#client?.closeWrite();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#peer.close();
  }
}

/** Copies until either side ends, however it does. */
async function pump(
  from: Deno.Conn,
  to: Deno.Conn,
  carried: () => Promise<void>,
): Promise<void> {
  const buffer = new Uint8Array(16_384);
  try {
    for (;;) {
      const size = await from.read(buffer);
      if (size === null) return;
      await writeAll(to, buffer.subarray(0, size));
      await carried();
    }
  } catch {
    // The other one was closed.
  }
}

function dialled(port: number): Dialled {
  const own = { cert: undefined, key: undefined };
  const tls = { ca: authority.cert, ...own, serverName: () => undefined };
  const secure = makeDial({ tls, keepAlive: false, transport: "http2" });
  return new Dialled(`127.0.0.1:${port}`, {
    dial: (endpoint, settings) =>
      secure({ ...endpoint, secure: true }, settings),
  });
}

/** A way to end, and what is said of it. */
type End = (peer: RawConnection) => Promise<unknown>;

/** A call that is served, two that are not; the end; what is told of it. */
async function endedBy(port: number, server: SecurePeer, end: End) {
  await using it = dialled(port);
  const peer = await server.accepted;
  await peer.say(settings());
  await it.ready.promise;
  const served = it.call();
  const call = it.call();
  const stream = it.stream();
  await peer.frame(http2.HEADERS, 5);
  await peer.say(
    ...answer(1, "served"),
    headers(3, ANSWER),
    data(3, message("half").subarray(0, 6)),
  );
  assertEquals(await replyOf(served), "served");
  await end(peer);
  for (const status of [await statusOf(call), await stream.ended]) {
    assertEquals([status.grpcCode, status.reach], [14, "unanswered"]);
  }
  const { kind, reason } = await it.down.promise;
  assertEquals(kind, "other");
  await it.gone.promise;
  assertEquals([it.transport.sockets, it.transport.inFlight], [0, 0]);
  assert(!it.transport.ready);
  return reason;
}

Deno.test("Connection over TLS is lost when the peer says goodbye, and goes on to read", async () => {
  await using server = new SecurePeer();
  assertStringIncludes(
    await endedBy(server.port, server, (peer) => peer.finish()),
    "the connection was lost: the server closed the connection",
  );
});

Deno.test("Connection over TLS is lost when the peer ends without a goodbye", async () => {
  await using server = new SecurePeer();
  await using relay = new Relay(server.port);
  assertStringIncludes(
    await endedBy(relay.port, server, () => relay.finish()),
    "the connection was lost: ",
  );
});

Deno.test("Connection over TLS is lost when it is reset", async () => {
  await using server = new SecurePeer();
  await using proxy = await startFaultProxy(server.port);
  const { port } = new URL(proxy.endpoint);
  assertStringIncludes(
    await endedBy(Number(port), server, () => proxy.cutAll()),
    "the connection was lost: ",
  );
});

for (const how of ["with", "without"] as const) {
  Deno.test(`Connection over TLS delivers what came before an end ${how} a goodbye`, async () => {
    await using server = new SecurePeer();
    await using relay = new Relay(server.port);
    await using it = dialled(relay.port);
    const peer = await server.accepted;
    await peer.say(settings());
    await it.ready.promise;
    const call = it.call();
    await peer.frame(http2.HEADERS, 1);
    if (how === "without") relay.ending = "soon";
    await peer.say(...answer(1, "the last word"));
    if (how === "with") await peer.finish();
    assertEquals(await replyOf(call), "the last word");
    await it.gone.promise;
    assertEquals(it.transport.sockets, 0);
  });
}

Deno.test("Connection over TLS that is aborted lets go of its socket though the peer keeps its own", async () => {
  await using server = new SecurePeer();
  await using it = dialled(server.port);
  const peer = await server.accepted;
  await peer.say(settings());
  await it.ready.promise;
  const call = it.call();
  await peer.frame(http2.HEADERS, 1);
  it.transport.abort();
  assertEquals((await statusOf(call)).grpcCode, 1);
  await it.gone.promise;
  assertEquals(it.transport.sockets, 0);
  await peer.end();
});
