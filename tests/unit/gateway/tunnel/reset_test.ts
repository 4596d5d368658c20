// Bytes through the gateway when one side resets its connection.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createConnection, createServer, type Socket } from "node:net";
import { Gateway } from "../../../../gateway/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { digest, randomBytes, through } from "./_bytes.ts";
import {
  connectTo,
  readText,
  readToEnd,
  writeAll,
} from "../../support/_tcp_peer.ts";

type Ended = Awaited<ReturnType<typeof readToEnd>>;

/** Little enough for the kernel to take while nobody reads. */
const SIZE = 200_000;

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

Deno.test("Gateway delivers what a client sent before it reset, and then an end", async () => {
  const up = randomBytes(SIZE);
  const reset = Promise.withResolvers<void>();
  const got = Promise.withResolvers<Ended>();
  await through(async (connection) => {
    await reset.promise;
    got.resolve(await readToEnd(connection));
  }, async (gateway) => {
    const client = await nodeClient(gateway.address);
    client.write(up);
    await waitFor(
      "the bytes on their way",
      () => gateway.snapshot().endpoints[0]?.bytesToMember === SIZE,
    );
    client.resetAndDestroy();
    await waitFor("the reset", () => gateway.snapshot().open === 0);
    reset.resolve();
    const { bytes, ...rest } = await got.promise;
    assertEquals(await digest(bytes), await digest(up));
    // Deno's connections cannot send a reset.
    assertEquals(rest, { reset: false });
  });
});

Deno.test("Gateway delivers what a member sent before it reset, and then an end", async () => {
  const down = randomBytes(SIZE);
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer({ allowHalfOpen: true }, accepted.resolve);
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve())
  );
  const { port } = server.address() as { port: number };
  try {
    await using gateway = await Gateway.start({
      listen: "127.0.0.1:0",
      endpoints: `127.0.0.1:${port}`,
    });
    const endpoint = () => gateway.snapshot().endpoints[0];
    using client = await connectTo(gateway.address);
    const member = await accepted.promise;
    member.write(down);
    await waitFor(
      "the bytes on their way",
      () => endpoint()?.bytesToClient === SIZE,
    );
    member.resetAndDestroy();
    await waitFor("the reset", () => gateway.snapshot().open === 0);
    const { bytes, ...rest } = await readToEnd(client);
    assertEquals(await digest(bytes), await digest(down));
    assertEquals(rest, { reset: false });
    // What becomes of an open connection says nothing about the endpoint.
    assertEquals(endpoint()?.state, "active");
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
});

Deno.test("Gateway ends a member's side when its client resets in silence", async () => {
  const ended = Promise.withResolvers<void>();
  await through(async (connection) => {
    assertEquals(await readText(connection, 5), "hello");
    await writeAll(connection, new Uint8Array(1));
    assertEquals((await readToEnd(connection)).bytes.length, 0);
    ended.resolve();
  }, async ({ address }) => {
    const client = await nodeClient(address);
    client.write("hello");
    await new Promise((resolve) => client.once("data", resolve));
    client.resetAndDestroy();
    await ended.promise;
    assert(client.destroyed);
  });
});

async function nodeClient(address: string): Promise<Socket> {
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  const socket = createConnection({ host: "127.0.0.1", port });
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  socket.on("error", () => {});
  return socket;
}
