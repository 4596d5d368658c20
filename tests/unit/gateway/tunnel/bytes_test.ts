// Bytes through the gateway, whichever side ends first.
import { assert, assertEquals } from "@std/assert";
import { Gateway } from "../../../../gateway/mod.ts";
import { CertificateAuthority } from "../../../../testing/certificates/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { digest, NETWORKS, randomBytes, through } from "./_bytes.ts";
import {
  connectTo,
  readText,
  readToEnd,
  writeAll,
} from "../../support/_tcp_peer.ts";

const SIZE = 3 << 20;

for (const network of NETWORKS) {
  const suffix = network.passResets ? ", with passResets" : "";

  Deno.test(`Gateway passes on all bytes when the client ends first${suffix}`, async () => {
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
    }, network);
  });

  Deno.test(`Gateway passes on all bytes when the member ends first${suffix}`, async () => {
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
    }, network);
  });

  Deno.test(`Gateway passes on bytes both ways at once${suffix}`, async () => {
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
    }, network);
  });

  Deno.test(`Gateway passes on TLS untouched${suffix}`, async () => {
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
      ...network,
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

  Deno.test(`Gateway counts the bytes of each direction${suffix}`, async () => {
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
    }, network);
  });

  Deno.test(`Gateway holds up a sender whose reader is slow${suffix}`, async () => {
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
    }, network);
  });
}
