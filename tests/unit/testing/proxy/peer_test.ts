import type { Buffer } from "node:buffer";
import { connect, createServer, type Socket } from "node:net";
import { assert, assertEquals } from "@std/assert";
import { PeerListener } from "../../../../testing/proxy/_peer_listener.ts";
import { freePorts } from "../../../harness/_ports.ts";
import { waitFor } from "../../../harness/mod.ts";

/** A peer proxy of the member `aa` before a server that echoes. */
class Setup implements AsyncDisposable {
  readonly proxy: PeerListener;
  readonly port: number;
  readonly #stack: AsyncDisposableStack;

  constructor(stack: AsyncDisposableStack, proxy: PeerListener, port: number) {
    this.#stack = stack;
    this.proxy = proxy;
    this.port = port;
  }

  static async make(): Promise<Setup> {
    await using stack = new AsyncDisposableStack();
    const [port = 0, targetPort = 0] = await freePorts(2);
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("data", (bytes: Buffer) => socket.write(bytes));
      socket.on("error", () => {});
    });
    await new Promise<void>((resolve) =>
      server.listen(targetPort, "127.0.0.1", () => resolve())
    );
    stack.defer(() =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      })
    );
    const proxy = new PeerListener(port, targetPort);
    await proxy.listen();
    stack.defer(() => proxy.close());
    return new Setup(stack.move(), proxy, port);
  }

  /** Sends a head; resolves to whether it passed or was cut. */
  async send(head: string): Promise<Peer> {
    const peer = new Peer(this.port);
    this.#stack.defer(() => peer.close());
    peer.socket.write(head);
    await waitFor("an answer or the end", () => peer.cut || peer.text !== "");
    return peer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

class Peer {
  readonly socket: Socket;
  text = "";
  cut = false;
  readonly #closed = Promise.withResolvers<void>();

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1" });
    this.socket.on("data", (bytes: Buffer) => this.text += bytes.toString());
    this.socket.on("error", (error: Error & { code?: string }) => {
      this.cut = error.code === "ECONNRESET";
    });
    this.socket.on("close", () => this.#closed.resolve());
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.#closed.promise;
  }
}

const from = (id: string) =>
  `GET /raft/stream HTTP/1.1\r\nHost: x\r\nX-Server-From: ${id}\r\n\r\n`;
const PROBE = "GET /version HTTP/1.1\r\nHost: x\r\n\r\n";
const RENEWAL = "POST /leases HTTP/1.1\r\nContent-Length: 0\r\n\r\n";

Deno.test("a peer proxy passes everything while there is no partition", async () => {
  await using setup = await Setup.make();
  for (const head of [from("bb"), from("cc"), PROBE, RENEWAL]) {
    assertEquals((await setup.send(head)).text, head);
  }
});

Deno.test("a peer proxy cuts off what an isolated member sends", async () => {
  await using setup = await Setup.make();
  const before = await setup.send(from("bb"));
  const other = await setup.send(from("cc"));
  await setup.proxy.isolate("aa", new Set(["bb"]));
  await waitFor("the old connection to go", () => before.cut);
  assert(!other.cut);
  assert((await setup.send(from("bb"))).cut);
  assertEquals((await setup.send(from("cc"))).text, from("cc"));
  // "b" and "bbb" are other members than "bb".
  assertEquals((await setup.send(from("b"))).text, from("b"));
  assertEquals((await setup.send(from("bbb"))).text, from("bbb"));
});

Deno.test("a peer proxy cuts off everything if its own member is isolated", async () => {
  await using setup = await Setup.make();
  const before = await setup.send(from("bb"));
  await setup.proxy.isolate("aa", new Set(["aa"]));
  await waitFor("the old connection to go", () => before.cut);
  for (const head of [from("bb"), from("cc"), PROBE, RENEWAL]) {
    assert((await setup.send(head)).cut);
  }
  await setup.proxy.isolate("aa", new Set());
  assertEquals((await setup.send(from("bb"))).text, from("bb"));
});

Deno.test("a peer proxy lets unnamed lease renewals pass, no other probe", async () => {
  await using setup = await Setup.make();
  const before = await setup.send(PROBE);
  await setup.proxy.isolate("aa", new Set(["bb"]));
  await waitFor("the old connection to go", () => before.cut);
  assert((await setup.send(PROBE)).cut);
  assertEquals((await setup.send(RENEWAL)).text, RENEWAL);
});

Deno.test("a peer proxy waits for a head that comes in pieces", async () => {
  await using setup = await Setup.make();
  await setup.proxy.isolate("aa", new Set(["bb"]));
  const peer = new Peer(setup.port);
  for (const byte of from("cc")) {
    peer.socket.write(byte);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await waitFor("the whole head", () => peer.text === from("cc"));
  await peer.close();
});
