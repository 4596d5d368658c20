import { connect, createServer, type Server, type Socket } from "node:net";
import { Buffer } from "node:buffer";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertRejects,
} from "@std/assert";
import {
  type LoneFaultProxy,
  type ProxyStats,
  startFaultProxy,
  waitFor,
} from "../harness/mod.ts";
import { Pipe } from "../harness/_pipe.ts";

/** A TCP server that echoes, or does as the test wants. */
class EchoServer implements AsyncDisposable {
  readonly #server: Server;
  readonly sockets: Socket[] = [];
  received = 0;

  private constructor(onEnd: (socket: Socket) => void) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.sockets.push(socket);
      socket.on("data", (bytes: Buffer) => {
        this.received += bytes.length;
        socket.write(bytes);
      });
      socket.on("end", () => onEnd(socket));
      socket.on("error", () => {});
    });
  }

  static async start(
    onEnd: (socket: Socket) => void = (socket) => socket.end(),
  ): Promise<EchoServer> {
    const echo = new EchoServer(onEnd);
    await new Promise<void>((resolve) =>
      echo.#server.listen(0, "127.0.0.1", () => resolve())
    );
    return echo;
  }

  get port(): number {
    const address = this.#server.address();
    assert(typeof address === "object" && address !== null);
    return address.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) =>
      this.#server.close(() => resolve())
    );
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

/** A client connection that records what becomes of it. */
class Client implements AsyncDisposable {
  readonly socket: Socket;
  readonly chunks: Buffer[] = [];
  error: string | undefined;
  ended = false;
  readonly #closed = Promise.withResolvers<void>();

  constructor(endpoint: string) {
    const port = Number(new URL(endpoint).port);
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    this.socket.on("data", (bytes: Buffer) => this.chunks.push(bytes));
    this.socket.on("end", () => this.ended = true);
    this.socket.on("error", (error: Error & { code?: string }) => {
      this.error = error.code ?? error.message;
    });
    this.socket.on("close", () => this.#closed.resolve());
  }

  static async open(endpoint: string): Promise<Client> {
    const client = new Client(endpoint);
    await waitFor("a connection", () => !client.socket.connecting);
    return client;
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }

  get size(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  async echo(text: string): Promise<void> {
    const before = this.text;
    this.socket.write(text);
    await waitFor(`the echo of ${text}`, () => this.text === before + text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.#closed.promise;
  }
}

/** Long enough for a loop-back round trip, to see that nothing came. */
async function settle(proxy: LoneFaultProxy): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await proxy.stats();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What a proxy counts of connections. */
async function connections(
  proxy: LoneFaultProxy,
): Promise<Pick<ProxyStats, "open" | "accepted" | "openMax">> {
  const { open, accepted, openMax } = await proxy.stats();
  return { open, accepted, openMax };
}

Deno.test("FaultProxy passes a megabyte unchanged both ways, ends included", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  const sent = crypto.getRandomValues(new Uint8Array(65_536));
  for (let i = 0; i < 16; i++) client.socket.write(sent);
  client.socket.end();
  await client.closed;
  assertEquals(client.error, undefined);
  const got = Buffer.concat(client.chunks);
  assertEquals(got.length, 16 * sent.length);
  for (let i = 0; i < 16; i++) {
    assert(
      got.subarray(i * sent.length, (i + 1) * sent.length).equals(sent),
    );
  }
});

Deno.test("FaultProxy passes a half-close on and still delivers the answer", async () => {
  await using echo = await EchoServer.start((socket) => {
    socket.write("goodbye");
    socket.end();
  });
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  client.socket.end("hello ");
  await client.closed;
  assertEquals(client.text, "hello goodbye");
  assertEquals(client.error, undefined);
});

Deno.test("FaultProxy passes a reset of the server on as a reset", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await client.echo("x");
  echo.sockets[0]?.resetAndDestroy();
  await client.closed;
  assertEquals(client.error, "ECONNRESET");
});

Deno.test("FaultProxy passes a reset of the client on as a reset", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await client.echo("x");
  let code: string | undefined;
  echo.sockets[0]?.on("error", (error: Error & { code?: string }) => {
    code = error.code;
  });
  client.socket.resetAndDestroy();
  await waitFor("the reset at the server", () => code === "ECONNRESET");
});

Deno.test("FaultProxy resets a client whose server does not listen", async () => {
  let port: number;
  {
    await using echo = await EchoServer.start();
    port = echo.port;
  }
  await using proxy = await startFaultProxy(port);
  await using client = await Client.open(proxy.endpoint);
  await client.closed;
  assertEquals(client.error, "ECONNRESET");
});

Deno.test("cut resets what is open and accepts what is new", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using old = await Client.open(proxy.endpoint);
  await old.echo("before");
  await proxy.set({ kind: "cut" });
  assertEquals((await proxy.stats()).open, 0);
  await old.closed;
  assertEquals(old.error, "ECONNRESET");
  await using fresh = await Client.open(proxy.endpoint);
  await fresh.echo("after");
});

Deno.test("cutAll() resets once, counts, and leaves the mode alone", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using one = await Client.open(proxy.endpoint);
  await using two = await Client.open(proxy.endpoint);
  await one.echo("1");
  await two.echo("2");
  assertEquals(await proxy.cutAll(), 2);
  await Promise.all([one.closed, two.closed]);
  assertEquals([one.error, two.error], ["ECONNRESET", "ECONNRESET"]);
  await using three = await Client.open(proxy.endpoint);
  await three.echo("3");
  assertEquals(await connections(proxy), { open: 1, accepted: 3, openMax: 2 });
});

Deno.test("refuse resets what is open, refuses what is new, accepts after", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using old = await Client.open(proxy.endpoint);
  await old.echo("before");
  await proxy.set({ kind: "refuse" });
  await old.closed;
  assertEquals(old.error, "ECONNRESET");
  await using refused = new Client(proxy.endpoint);
  await refused.closed;
  assertEquals(refused.error, "ECONNREFUSED");
  await proxy.set({ kind: "refuse" });
  await proxy.set({ kind: "pass" });
  await using fresh = await Client.open(proxy.endpoint);
  await fresh.echo("after");
});

Deno.test("blackhole swallows both ways and resets on heal what lost bytes", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using sender = await Client.open(proxy.endpoint);
  await sender.echo("a");
  await using listener = await Client.open(proxy.endpoint);
  await listener.echo("b");
  await using idle = await Client.open(proxy.endpoint);
  await idle.echo("c");
  await proxy.set({ kind: "blackhole" });
  await using late = await Client.open(proxy.endpoint);
  await using lateIdle = await Client.open(proxy.endpoint);
  sender.socket.write("lost");
  echo.sockets[1]?.write("lost too");
  late.socket.write("also lost");
  await settle(proxy);
  assertEquals(echo.received, 3, "no byte of the client arrives");
  assertEquals([sender.text, listener.text, late.text], ["a", "b", ""]);
  assertEquals((await proxy.stats()).open, 5);
  await proxy.set({ kind: "pass" });
  await Promise.all([sender.closed, listener.closed, late.closed]);
  assertEquals(
    [sender.error, listener.error, late.error],
    ["ECONNRESET", "ECONNRESET", "ECONNRESET"],
  );
  await idle.echo("d");
  await lateIdle.echo("e");
});

Deno.test("blackhole hides the end of a server, and tells it on heal", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await client.echo("a");
  await proxy.set({ kind: "blackhole" });
  echo.sockets[0]?.resetAndDestroy();
  await settle(proxy);
  assertEquals([client.ended, client.error], [false, undefined]);
  await proxy.set({ kind: "pass" });
  await client.closed;
  assertEquals(client.error, "ECONNRESET");
});

Deno.test("pause holds bytes both ways and delivers them on heal", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await client.echo("a");
  await proxy.set({ kind: "pause" });
  await using late = await Client.open(proxy.endpoint);
  client.socket.write("held");
  late.socket.write("late");
  await settle(proxy);
  assertEquals([echo.received, client.text, late.text], [1, "a", ""]);
  await proxy.set({ kind: "pass" });
  await waitFor("what was held", () => client.text === "aheld");
  await waitFor("what was held", () => late.text === "late");
});

Deno.test("pause holds more than a buffer without losing order", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await proxy.set({ kind: "pause" });
  const sent = Buffer.from(crypto.getRandomValues(new Uint8Array(65_536)));
  for (let i = 0; i < 100; i++) client.socket.write(sent);
  client.socket.end();
  await settle(proxy);
  assertEquals(echo.received, 0);
  await proxy.set({ kind: "pass" });
  await client.closed;
  const got = Buffer.concat(client.chunks);
  assertEquals(got.length, 100 * sent.length);
  for (let i = 0; i < 100; i++) {
    assert(
      got.subarray(i * sent.length, (i + 1) * sent.length).equals(sent),
    );
  }
});

Deno.test("hang accepts, never answers, and resets on heal", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using old = await Client.open(proxy.endpoint);
  await old.echo("a");
  await proxy.set({ kind: "hang" });
  await using late = await Client.open(proxy.endpoint);
  old.socket.write("unanswered");
  late.socket.write("unanswered");
  await settle(proxy);
  assertEquals([old.text, late.text, echo.received], ["a", "", 1]);
  assertEquals((await proxy.stats()).open, 2);
  await proxy.set({ kind: "pass" });
  await Promise.all([old.closed, late.closed]);
  assertEquals([old.error, late.error], ["ECONNRESET", "ECONNRESET"]);
});

Deno.test("hang stops taking bytes, as a process that does not read", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await proxy.set({ kind: "hang" });
  await using client = await Client.open(proxy.endpoint);
  const total = 64 << 20;
  client.socket.write(Buffer.alloc(total));
  await settle(proxy);
  assert(client.socket.writableLength > 0, "the client's writes stall");
});

Deno.test("delay brings every byte later, both ways, in order", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await client.echo("a");
  await proxy.set({ kind: "delay", delayMs: 60 });
  const started = performance.now();
  client.socket.write("b");
  await proxy.stats();
  client.socket.write("c");
  await waitFor("the echo", () => client.text === "abc", { intervalMs: 1 });
  assertGreaterOrEqual(performance.now() - started, 120);
  client.socket.write("d");
  await settle(proxy);
  const healed = performance.now();
  await proxy.set({ kind: "pass" });
  await waitFor("the echo", () => client.text === "abcd", { intervalMs: 1 });
  assertLess(performance.now() - healed, 60, "healing delivers at once");
});

Deno.test("throttle keeps to its rate and to the order", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await proxy.set({ kind: "throttle", bytesPerSecond: 20_000 });
  const sent = Buffer.from(crypto.getRandomValues(new Uint8Array(10_000)));
  const started = performance.now();
  client.socket.write(sent);
  await waitFor("the first bytes", () => client.size > 0, { intervalMs: 1 });
  assertLess(performance.now() - started, 250, "bytes trickle");
  await waitFor("the echo", () => client.size === sent.length);
  // 10 000 bytes at 20 000 a second, less the first step of 2 % of a second.
  assertGreaterOrEqual(performance.now() - started, 460);
  assert(Buffer.concat(client.chunks).equals(sent));
});

Deno.test("stats() counts open, accepted and most, resetStats() starts anew", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  assertEquals(await connections(proxy), { open: 0, accepted: 0, openMax: 0 });
  {
    await using one = await Client.open(proxy.endpoint);
    await using two = await Client.open(proxy.endpoint);
    await one.echo("1");
    await two.echo("2");
    assertEquals(await connections(proxy), {
      open: 2,
      accepted: 2,
      openMax: 2,
    });
    one.socket.destroy();
    await waitFor("one to go", async () => (await proxy.stats()).open === 1);
    await proxy.resetStats();
    assertEquals(await connections(proxy), {
      open: 1,
      accepted: 0,
      openMax: 1,
    });
  }
  await waitFor("all to go", async () => (await proxy.stats()).open === 0);
});

Deno.test("set() refuses a figure that is not a positive number", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  for (const delayMs of [-1, 0, NaN, Infinity]) {
    await assertRejects(
      () => proxy.set({ kind: "delay", delayMs }),
      RangeError,
      `'delayMs' must be a positive number: current value is ${delayMs}`,
    );
  }
  await assertRejects(
    () => proxy.set({ kind: "throttle", bytesPerSecond: -5 }),
    RangeError,
    "'bytesPerSecond'",
  );
});

Deno.test("a closed proxy answers with an error and closes again", async () => {
  await using echo = await EchoServer.start();
  const proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await client.echo("x");
  await proxy.close();
  await client.closed;
  assertEquals(client.error, "ECONNRESET");
  await proxy.close();
  await assertRejects(
    () => proxy.stats(),
    Error,
    "Cannot ask for anything: the cluster or proxy is closed",
  );
});

Deno.test("a pipe that was full before it had a far end reads on afterwards", async () => {
  const size = 4 << 20;
  await using echo = await EchoServer.start();
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer((socket) => accepted.resolve(socket));
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve())
  );
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  await using client = await Client.open(`http://127.0.0.1:${address.port}`);
  const from = await accepted.promise;
  const pipe = new Pipe(from, { mode: { kind: "pass" }, onBytes: undefined });
  client.socket.write(new Uint8Array(size));
  await waitFor("a full pipe", () => from.isPaused());
  await using far = await Client.open(`http://127.0.0.1:${echo.port}`);
  pipe.connect(far.socket);
  await waitFor("every byte", () => far.size === size);
  pipe.close();
  from.destroy();
  await new Promise((resolve) => server.close(resolve));
});
