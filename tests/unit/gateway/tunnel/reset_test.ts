// Bytes through the gateway when one side resets its connection.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  createConnection,
  createServer,
  type Server,
  type Socket,
} from "node:net";
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
const PASS = { passResets: true };

Deno.test("Gateway delivers the answer of a member that hangs up on a client that still sends", async () => {
  await answerAndHangUp(async (client, down) => {
    const { bytes } = await readToEnd(client);
    assertEquals(await digest(bytes), await digest(down));
  });
});

Deno.test("Gateway with passResets passes on the reset of a member that hangs up, maybe ahead of its answer", async () => {
  await answerAndHangUp(async (client, down) => {
    const { bytes, reset } = await readToEnd(client);
    assertEquals(bytes, down.subarray(0, bytes.length));
    assert(reset);
  }, PASS);
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
  await using peer = await NodePeer.open();
  await using gateway = await Gateway.start({
    listen: "127.0.0.1:0",
    endpoints: peer.address,
  });
  const endpoint = () => gateway.snapshot().endpoints[0];
  using client = await connectTo(gateway.address);
  const member = await peer.accepted;
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

Deno.test("Gateway with passResets passes the reset of a client on to the member", async () => {
  const ended = Promise.withResolvers<Ended>();
  await through(async (connection) => {
    await writeAll(connection, new Uint8Array(1));
    ended.resolve(await readToEnd(connection));
  }, async ({ address }) => {
    const client = await nodeClient(address);
    await new Promise((resolve) => client.once("data", resolve));
    client.resetAndDestroy();
    const { bytes, reset } = await ended.promise;
    assertEquals([bytes.length, reset], [0, true]);
  }, PASS);
});

Deno.test("Gateway with passResets passes the reset of a member on to the client", async () => {
  await using member = await NodePeer.open();
  await using gateway = await Gateway.start({
    listen: "127.0.0.1:0",
    endpoints: member.address,
    ...PASS,
  });
  using client = await connectTo(gateway.address);
  await client.write(new Uint8Array(1));
  const socket = await member.accepted;
  await new Promise((resolve) => socket.once("data", resolve));
  socket.resetAndDestroy();
  const { bytes, reset } = await readToEnd(client);
  assertEquals([bytes.length, reset], [0, true]);
  // What becomes of an open connection says nothing about the endpoint.
  assertEquals(gateway.snapshot().endpoints[0]?.state, "active");
});

Deno.test("Gateway with passResets resets a member that sends to a client that is gone", async () => {
  const failed = Promise.withResolvers<unknown>();
  await through(async (connection) => {
    // Its end has come; then nobody takes what it sends.
    const { reset } = await readToEnd(connection);
    assert(!reset);
    failed.resolve(
      await assertRejects(async () => {
        for (;;) await writeAll(connection, new Uint8Array(64 << 10));
      }),
    );
  }, async ({ address }) => {
    const client = await connectTo(address);
    await client.closeWrite();
    assertEquals(await readText(client, 1), "\0");
    // Closed with bytes unread, and more to come.
    client.close();
    const error = await failed.promise;
    assert(
      error instanceof Deno.errors.ConnectionReset ||
        error instanceof Deno.errors.BrokenPipe,
      `${error}`,
    );
  }, PASS);
});

/** A member that answers, and hangs up on a client that goes on sending. */
async function answerAndHangUp(
  read: (client: Deno.TcpConn, down: Uint8Array) => Promise<void>,
  options: Parameters<typeof through>[2] = {},
): Promise<void> {
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
    await read(client, down);
    client.close();
    await sending;
  }, options);
}

/** A server that can send a reset. */
class NodePeer implements AsyncDisposable {
  readonly address: string;
  readonly accepted: Promise<Socket>;
  readonly #server: Server;

  private constructor(server: Server) {
    const { port } = server.address() as { port: number };
    this.address = `127.0.0.1:${port}`;
    this.#server = server;
    this.accepted = new Promise((resolve) =>
      server.once("connection", (socket) => resolve(socket))
    );
  }

  static async open(): Promise<NodePeer> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve())
    );
    return new NodePeer(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

async function nodeClient(address: string): Promise<Socket> {
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  const socket = createConnection({ host: "127.0.0.1", port });
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  socket.on("error", () => {});
  return socket;
}
