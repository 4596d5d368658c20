// Bytes through the gateway, whichever side ends how.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createConnection, type Socket } from "node:net";
import { Gateway } from "../../gateway/mod.ts";
import { Tunnel } from "../../gateway/_tunnel.ts";
import { CertificateAuthority } from "../harness/certificates.ts";
import { waitFor } from "../harness/mod.ts";
import { FakeClock } from "./_fake_clock.ts";
import {
  connectTo,
  readText,
  readToEnd,
  type Serve,
  TcpPeer,
  writeAll,
} from "./_tcp_peer.ts";

const SIZE = 3 << 20;

function randomBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}

/** A digest, as comparing megabytes by assertEquals takes seconds. */
async function digest(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes as BufferSource);
  return `${bytes.length} ${new Uint8Array(hash).toHex()}`;
}

async function through(
  serve: Serve,
  act: (gateway: Gateway, peer: TcpPeer) => Promise<void>,
): Promise<void> {
  await using peer = new TcpPeer(serve);
  await using gateway = await Gateway.start({
    listen: "127.0.0.1:0",
    endpoints: peer.address,
  });
  await act(gateway, peer);
  await waitFor(
    "the gateway without clients",
    () => gateway.snapshot().open === 0,
  );
  await waitFor("the member without clients", () => peer.open === 0);
}

Deno.test("Gateway passes on all bytes when the client ends first", async () => {
  const up = randomBytes(SIZE);
  const down = randomBytes(SIZE);
  const received = Promise.withResolvers<Uint8Array>();
  await through(async (connection) => {
    // Speaks only after the client's end: upstream cuts this off.
    received.resolve((await readToEnd(connection)).bytes);
    await writeAll(connection, down);
  }, async ({ address }) => {
    using client = await connectTo(address);
    await writeAll(client, up);
    await client.closeWrite();
    const { bytes, reset } = await readToEnd(client);
    assert(!reset);
    assertEquals(await digest(bytes), await digest(down));
    assertEquals(await digest(await received.promise), await digest(up));
  });
});

Deno.test("Gateway passes on all bytes when the member ends first", async () => {
  const up = randomBytes(SIZE);
  const down = randomBytes(SIZE);
  const received = Promise.withResolvers<Uint8Array>();
  await through(async (connection) => {
    await writeAll(connection, down);
    await connection.closeWrite();
    received.resolve((await readToEnd(connection)).bytes);
  }, async ({ address }) => {
    using client = await connectTo(address);
    const { bytes } = await readToEnd(client);
    assertEquals(await digest(bytes), await digest(down));
    await writeAll(client, up);
    await client.closeWrite();
    assertEquals(await digest(await received.promise), await digest(up));
  });
});

Deno.test("Gateway passes on bytes both ways at once", async () => {
  const up = randomBytes(SIZE);
  const down = randomBytes(SIZE);
  const received = Promise.withResolvers<Uint8Array>();
  await through(async (connection) => {
    const reading = readToEnd(connection);
    await writeAll(connection, down);
    await connection.closeWrite();
    received.resolve((await reading).bytes);
  }, async ({ address }) => {
    using client = await connectTo(address);
    const reading = readToEnd(client);
    await writeAll(client, up);
    await client.closeWrite();
    assertEquals(await digest((await reading).bytes), await digest(down));
    assertEquals(await digest(await received.promise), await digest(up));
  });
});

Deno.test("Gateway delivers the answer of a member that hangs up on a client that still sends", async () => {
  // As much as has left the member at once: what its own kernel still holds is
  // lost with it, through a gateway or not.
  const down = randomBytes(30_000);
  await through(async (connection) => {
    await readText(connection, 1_000);
    await writeAll(connection, down);
    // Closed with bytes unread, which resets the connection.
  }, async ({ address }) => {
    const client = await connectTo(address);
    const sending = assertRejects(async () => {
      for (;;) await writeAll(client, new Uint8Array(64 << 10));
    });
    const { bytes } = await readToEnd(client);
    assertEquals(await digest(bytes), await digest(down));
    client.close();
    await sending;
  });
});

Deno.test("Gateway ends both sides when the client resets", async () => {
  const got = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<boolean>();
  await through(async (connection) => {
    got.resolve(await readText(connection, 5));
    ended.resolve((await readToEnd(connection)).bytes.length === 0);
  }, async ({ address }) => {
    const client = await nodeClient(address);
    client.write("hello");
    assertEquals(await got.promise, "hello");
    client.resetAndDestroy();
    assert(await ended.promise);
  });
});

Deno.test("Gateway ends both sides when the member resets, after what it sent", async () => {
  const sockets: Socket[] = [];
  const { createServer } = await import("node:net");
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.write("partial");
  });
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve())
  );
  const { port } = server.address() as { port: number };
  try {
    await using gateway = await Gateway.start({
      listen: "127.0.0.1:0",
      endpoints: `127.0.0.1:${port}`,
    });
    using client = await connectTo(gateway.address);
    assertEquals(await readText(client, 7), "partial");
    sockets[0]?.resetAndDestroy();
    assertEquals((await readToEnd(client)).bytes.length, 0);
    await waitFor("no client", () => gateway.snapshot().open === 0);
    assertEquals(gateway.snapshot().endpoints[0]?.state, "active");
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
});

Deno.test("Gateway passes on TLS untouched", async () => {
  const authority = await CertificateAuthority.create("etcdeno tests");
  const certificate = await authority.issue({ names: ["localhost"] });
  const hostname = "127.0.0.1";
  const listener = Deno.listenTls({ hostname, port: 0, ...certificate });
  const serving = (async () => {
    using connection = await listener.accept();
    await connection.write(new TextEncoder().encode("secret"));
  })();
  await using gateway = await Gateway.start({
    listen: "127.0.0.1:0",
    endpoints: `https://127.0.0.1:${listener.addr.port}`,
  });
  using client = await Deno.connectTls({
    hostname: "localhost",
    port: Number(new URL(`http://${gateway.address}`).port),
    caCerts: [authority.cert],
  });
  const buffer = new Uint8Array(6);
  assertEquals(await client.read(buffer), 6);
  assertEquals(new TextDecoder().decode(buffer), "secret");
  await serving;
  listener.close();
});

Deno.test("Gateway counts the bytes of each direction", async () => {
  await through(async (connection) => {
    await readText(connection, 5);
    await writeAll(connection, new Uint8Array(100_000));
  }, async (gateway) => {
    using client = await connectTo(gateway.address);
    await writeAll(client, new Uint8Array(5));
    assertEquals((await readToEnd(client)).bytes.length, 100_000);
    const [endpoint] = gateway.snapshot().endpoints;
    assertEquals([endpoint?.bytesToMember, endpoint?.bytesToClient], [
      5,
      100_000,
    ]);
    assertEquals(endpoint?.dialTime.count, 1);
  });
});

Deno.test("Gateway holds up a sender whose reader is slow", async () => {
  let sent = 0;
  const stopped = Promise.withResolvers<void>();
  await through(async (connection) => {
    const chunk = new Uint8Array(64 << 10);
    try {
      for (;;) sent += await connection.write(chunk);
    } finally {
      stopped.resolve();
    }
  }, async ({ address }) => {
    const client = await connectTo(address);
    let before = -1;
    // Socket buffers of three hops fill, then nothing moves.
    await waitFor("a sender that waits", () => {
      const same = sent === before && sent > 0;
      before = sent;
      return same;
    }, { intervalMs: 300 });
    assert(sent < 64 << 20, `${sent} bytes were taken`);
    client.close();
    await stopped.promise;
  });
});

Deno.test("Tunnel ends when one side has ended and the other is silent for long", async () => {
  for (const answer of ["", "late"]) {
    const clock = new FakeClock();
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accept = async () => {
      const far = await connectTo(`127.0.0.1:${listener.addr.port}`);
      return { far, near: await listener.accept() };
    };
    const client = await accept();
    const member = await accept();
    let toMember = 0;
    let toClient = 0;
    const tunnel = new Tunnel({
      client: client.near,
      member: member.near,
      clock,
      onBytesToMember: (bytes) => toMember += bytes,
      onBytesToClient: (bytes) => toClient += bytes,
    });
    await writeAll(client.far, new TextEncoder().encode("ask"));
    await waitFor("the question", () => toMember === 3);
    assertEquals(clock.pending, 0);
    // A client that is gone, and a member that hangs: neither says more.
    await client.far.closeWrite();
    await waitFor("the end noticed", () => clock.pending === 1);
    clock.advance(119_999);
    if (answer !== "") {
      await writeAll(member.far, new TextEncoder().encode(answer));
      await waitFor("the answer", () => toClient === answer.length);
      clock.advance(1);
      assertEquals(await readText(client.far, 4), answer);
      clock.advance(119_999);
    }
    clock.advance(1);
    await tunnel.closed;
    assertEquals(clock.pending, 0);
    assertEquals((await readToEnd(client.far)).bytes.length, 0);
    client.far.close();
    member.far.close();
    listener.close();
  }
});

async function nodeClient(address: string): Promise<Socket> {
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  const socket = createConnection({ host: "127.0.0.1", port });
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  socket.on("error", () => {});
  return socket;
}
