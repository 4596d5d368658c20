import {
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  FakeServer,
  FakeStatus,
  NotEtcdServer,
  SilentServer,
  sleep,
  waitFor,
} from "../../../harness/mod.ts";

const PATH = "/etcdserverpb.KV/Range";

/** A raw gRPC client that is closed at the end of its scope. */
class RawClient implements Disposable {
  readonly #client: Client;

  constructor(endpoint: string) {
    this.#client = new Client(
      endpoint.replace("http://", ""),
      credentials.createInsecure(),
      {
        "grpc.use_local_subchannel_pool": 1,
        "grpc.enable_retries": 0,
        "grpc.initial_reconnect_backoff_ms": 50,
        "grpc.max_reconnect_backoff_ms": 50,
      },
    );
  }

  call(text = "request", timeoutMs = 2_000): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        PATH,
        (value: string) => Buffer.from(value),
        (bytes: Buffer) => bytes.toString(),
        text,
        { deadline: Date.now() + timeoutMs },
        (error, value) => error ? reject(error) : resolve(value ?? ""),
      );
    });
  }

  /** Calls and gives the error that must come. */
  async fail(timeoutMs?: number): Promise<ServiceError> {
    return await assertRejects(
      () => this.call("request", timeoutMs),
      Error,
    ) as ServiceError;
  }

  bidi(): ClientDuplexStream<string, string> {
    return this.#client.makeBidiStreamRequest(
      PATH,
      (value: string) => Buffer.from(value),
      (bytes: Buffer) => bytes.toString(),
      new Metadata(),
    );
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("FakeServer gives the handler the request and the client its reply", async () => {
  await using server = await FakeServer.start();
  server.handle(PATH, (call) => {
    const text = new TextDecoder().decode(call.request);
    return bytes(`${call.path} ${text} ${call.count}`);
  });
  using client = new RawClient(server.endpoint);
  assertEquals(await client.call("one"), `${PATH} one 1`);
  assertEquals(await client.call("two"), `${PATH} two 2`);
  assertEquals([server.calls(), server.calls(PATH), server.calls("/no")], [
    2,
    2,
    0,
  ]);
  assertEquals(server.connections, { open: 1, accepted: 1 });
});

Deno.test("FakeServer ends a call with the status thrown or returned", async () => {
  await using server = await FakeServer.start();
  using client = new RawClient(server.endpoint);
  const status = new FakeStatus(14, "etcdserver: no leader – 100 %", {
    "x-hint": "try again",
  });
  server.handle(PATH, () => {
    throw status;
  });
  const thrown = await client.fail();
  assertEquals([thrown.code, thrown.details], [14, status.details]);
  assertEquals(thrown.metadata.get("x-hint"), ["try again"]);
  server.handle(PATH, () => new FakeStatus(5, "gone"));
  const returned = await client.fail();
  assertEquals([returned.code, returned.details], [5, "gone"]);
});

Deno.test("FakeServer answers UNIMPLEMENTED to what has no handler", async () => {
  await using server = await FakeServer.start();
  using client = new RawClient(server.endpoint);
  assertEquals((await client.fail()).code, 12);
});

Deno.test("FakeServer hangs, and the client's deadline ends the call", async () => {
  await using server = await FakeServer.start();
  server.handle(
    PATH,
    ({ count }) => count === 1 ? bytes("connected") : { kind: "hang" },
  );
  using client = new RawClient(server.endpoint);
  await client.call();
  assertEquals((await client.fail(500)).code, 4);
  assertEquals(server.calls(PATH), 2);
});

Deno.test("FakeServer refuses a stream so that the client knows it", async () => {
  await using server = await FakeServer.start();
  server.handle(PATH, () => ({ kind: "reset", http2Code: 7 }));
  using client = new RawClient(server.endpoint);
  const error = await client.fail();
  assertEquals([error.code, error.details], [14, "Stream refused by server"]);
});

Deno.test("FakeServer sends bytes that are no gRPC frame", async () => {
  await using server = await FakeServer.start();
  server.handle(PATH, () => ({ kind: "raw", bytes: bytes("<html>oops") }));
  using client = new RawClient(server.endpoint);
  const error = await client.fail();
  assert(error.code !== 0);
  // The length that the five bytes "<html" would mean.
  assert(error.details.includes(String(0x68746d6c)), error.details);
});

Deno.test("FakeServer sends a reply that no decoder takes", async () => {
  await using server = await FakeServer.start();
  server.handle(PATH, () => bytes("\xff\xff\xff"));
  using client = new RawClient(server.endpoint);
  assertEquals(await client.call(), "\xff\xff\xff");
});

Deno.test("goAway() lets a running call end and the next one dial anew", async () => {
  await using server = await FakeServer.start();
  const release = Promise.withResolvers<void>();
  server.handle(PATH, async () => {
    await release.promise;
    return bytes("done");
  });
  using client = new RawClient(server.endpoint);
  const running = client.call();
  await waitFor("the call", () => server.calls(PATH) === 1);
  server.goAway();
  release.resolve();
  assertEquals(await running, "done");
  await waitFor("the old one to go", () => server.connections.open === 0);
  assertEquals(await client.call(), "done");
  assertEquals(server.connections, { open: 1, accepted: 2 });
});

Deno.test("disconnect() breaks calls off, so does the answer of that kind", async () => {
  await using server = await FakeServer.start();
  server.handle(PATH, () => ({ kind: "hang" }));
  using client = new RawClient(server.endpoint);
  const running = assertRejects(() => client.call(), Error);
  await waitFor("the call", () => server.calls(PATH) === 1);
  server.disconnect();
  assert([13, 14].includes((await running as ServiceError).code));
  server.handle(PATH, () => ({ kind: "disconnect" }));
  assert([13, 14].includes((await client.fail()).code));
  await waitFor("all to go", () => server.connections.open === 0);
});

Deno.test("handleStream() reads, sends and ends a streaming call", async () => {
  await using server = await FakeServer.start();
  server.handleStream(PATH, async (stream) => {
    for await (const message of stream.messages) {
      const text = new TextDecoder().decode(message);
      if (text === "bye") throw new FakeStatus(11, "enough");
      stream.send(bytes(text.toUpperCase()));
    }
  });
  using client = new RawClient(server.endpoint);
  const stream = client.bidi();
  const got: string[] = [];
  const failed = new Promise<ServiceError>((resolve) =>
    stream.on("error", resolve)
  );
  stream.on("data", (text: string) => got.push(text));
  stream.write("a");
  stream.write("b");
  await waitFor("two replies", () => got.length === 2);
  stream.write("bye");
  assertEquals((await failed).code, 11);
  assertEquals(got, ["A", "B"]);
});

Deno.test("a handler that fails fails the test at close()", async () => {
  const server = await FakeServer.start();
  server.handle(PATH, () => {
    throw new TypeError("a mistake in the test");
  });
  {
    using client = new RawClient(server.endpoint);
    assertEquals((await client.fail()).code, 2);
  }
  await assertRejects(() => server.close(), TypeError, "a mistake in the test");
});

Deno.test("SilentServer accepts and never answers", async () => {
  await using server = await SilentServer.start();
  using client = new RawClient(server.endpoint);
  // Longer than the 250 ms timer of grpc-js that only its end stops.
  assertEquals((await client.fail(350)).code, 4);
  await waitFor("the connection", () => server.open === 1);
});

Deno.test("NotEtcdServer answers as a web server", async () => {
  await using server = await NotEtcdServer.start();
  const page = await fetch(server.endpoint);
  assertEquals(page.status, 200);
  assertEquals((await page.text()).trim(), "<html>It works!</html>");
  {
    using client = new RawClient(server.endpoint);
    const error = await client.fail(300);
    assert([4, 14].includes(error.code), String(error));
  }
  // Timers of a closed grpc-js client run on: 50 ms to redial, 250 ms to dial.
  for (let turn = 0; turn < 4; turn++) await sleep(120);
});
