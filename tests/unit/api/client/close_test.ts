// Closing and aborting, over real sockets: nothing is left behind.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  createServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { BALANCER_NAMES } from "../../../../balancers/mod.ts";
import { Client, ClientClosedError, type EtcdError } from "../../../../mod.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, SilentServer, waitFor } from "../../../harness/mod.ts";

const RANGE = methods.kv.range.path;
const HANG = { kind: "hang" } as const;

/** An HTTP/2 server that takes calls and keeps them. */
async function startKeeper(): Promise<
  AsyncDisposable & {
    readonly endpoint: string;
    readonly streams: ReadonlySet<ServerHttp2Stream>;
    readonly opened: () => number;
  }
> {
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  const streams = new Set<ServerHttp2Stream>();
  let opened = 0;
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => {});
  });
  server.on("stream", (stream: ServerHttp2Stream) => {
    opened++;
    streams.add(stream);
    // A client that gives up resets the stream, which 'close' tells.
    stream.on("error", () => {});
    stream.on("close", () => streams.delete(stream));
    stream.resume();
  });
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve())
  );
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    streams,
    opened: () => opened,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

Deno.test("Client throws the abort's reason and frees the stream on the server", async () => {
  for (const balancer of BALANCER_NAMES) {
    await using keeper = await startKeeper();
    await using client = new Client({ endpoints: keeper.endpoint, balancer });
    const controller = new AbortController();
    const get = client.get("k", { signal: controller.signal });
    get.catch(() => {});
    await waitFor("the call", () => keeper.streams.size === 1);
    const reason = new RangeError("enough");
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => get, RangeError), reason);
    await waitFor("the stream's end", () => keeper.streams.size === 0);
    // The connection is not to blame.
    assertStrictEquals(client.balancer.connections, 1);
    assertEquals(client.balancer.avoided, []);
  }
});

Deno.test("Client frees the stream on the server when a call runs into its deadline", async () => {
  await using keeper = await startKeeper();
  await using client = new Client({ endpoints: keeper.endpoint });
  await client.connect();
  const late = assertRejects(() => client.put("k", "v", { timeoutMs: 500 }));
  await waitFor("the stream", () => keeper.opened() === 1);
  await late;
  await waitFor("the stream's end", () => keeper.streams.size === 0);
  assertStrictEquals(keeper.opened(), 1);
});

Deno.test("Client sends nothing when its signal is aborted already, and does not connect for it", async () => {
  await using keeper = await startKeeper();
  await using client = new Client({ endpoints: keeper.endpoint });
  const reason = new RangeError("enough");
  const signal = AbortSignal.abort(reason);
  assertStrictEquals(
    await assertRejects(() => client.put("k", "v", { signal }), RangeError),
    reason,
  );
  assertStrictEquals(client.balancer.dials, 0);
});

Deno.test("Client takes AbortSignal.timeout() for what it is", async () => {
  await using keeper = await startKeeper();
  await using client = new Client({ endpoints: keeper.endpoint });
  const signal = AbortSignal.timeout(50);
  const thrown = await client.get("k", { signal }).then(
    () => undefined,
    (error) => error,
  );
  assertStrictEquals(thrown, signal.reason);
  assertStrictEquals(thrown.name, "TimeoutError");
});

Deno.test("Client hears an abort while it waits for a connection", async () => {
  await using silent = await SilentServer.start();
  await using client = new Client({ endpoints: silent.endpoint });
  const controller = new AbortController();
  const get = client.get("k", { signal: controller.signal });
  get.catch(() => {});
  await waitFor("the dial", () => silent.open === 1);
  controller.abort("enough");
  assertStrictEquals(
    await get.then(() => "no error", (error) => error),
    "enough",
  );
});

Deno.test("Client.close() ends calls that run, and the server sees its sockets go", async () => {
  for (const balancer of BALANCER_NAMES) {
    await using server = await FakeServer.start();
    server.handle(RANGE, () => HANG).handle(methods.kv.put.path, () => HANG);
    const client = new Client({ endpoints: server.endpoint, balancer });
    const calls = [client.get("k"), client.put("k", "v")];
    for (const call of calls) call.catch(() => {});
    await waitFor(
      "both calls",
      () => server.calls(methods.kv.put.path) === 1,
    );
    const startedAt = performance.now();
    await client.close();
    assert(performance.now() - startedAt < 1_000);
    const errors: EtcdError[] = [];
    for (const call of calls) {
      errors.push(await assertRejects(() => call, ClientClosedError));
    }
    assertEquals(errors.map(({ maybeCommitted }) => maybeCommitted), [
      false,
      true,
    ]);
    await waitFor("the sockets' end", () => server.connections.open === 0);
    assertStrictEquals(client.balancer.connections, 0);
  }
});

Deno.test("Client.close() ends a call that waits for a connection, and the dial", async () => {
  for (const balancer of BALANCER_NAMES) {
    await using silent = await SilentServer.start();
    const client = new Client({ endpoints: silent.endpoint, balancer });
    const call = client.put("k", "v");
    call.catch(() => {});
    await waitFor("the dial", () => silent.open === 1);
    await client.close();
    const error = await assertRejects(
      () => call,
      ClientClosedError,
      "Cannot put: the client is closed",
    );
    assert(!error.maybeCommitted, "nothing was sent");
    await waitFor("the socket's end", () => silent.open === 0);
  }
});

Deno.test("Client.close() right after the first call leaves nothing", async () => {
  for (const balancer of BALANCER_NAMES) {
    await using server = await FakeServer.start();
    const client = new Client({ endpoints: server.endpoint, balancer });
    const call = client.get("k");
    call.catch(() => {});
    await client.close();
    await assertRejects(() => call, ClientClosedError);
    await waitFor("no socket", () => server.connections.open === 0);
  }
});

Deno.test("Client.close() while a dial waits for its backoff leaves nothing", async () => {
  const client = new Client({ endpoints: "http://127.0.0.1:1" });
  const call = client.get("k");
  call.catch(() => {});
  await waitFor(
    "a failed dial",
    () => client.balancer.endpoints[0]?.state === "failing",
  );
  await client.close();
  await assertRejects(() => call, ClientClosedError);
});

Deno.test("Client.close() is idempotent, and so is disposal", async () => {
  await using server = await FakeServer.start();
  server.handle(RANGE, () => new Uint8Array());
  {
    await using client = new Client({ endpoints: server.endpoint });
    await client.get("k");
    const closing = client.close();
    assertStrictEquals(client.close(), closing);
    await closing;
    await client.close();
  }
  await waitFor("no socket", () => server.connections.open === 0);
});

Deno.test("Client that is closed refuses every call, and opens nothing", async () => {
  const client = new Client({ endpoints: "http://127.0.0.1:1" });
  await client.close();
  const calls: readonly (() => Promise<unknown>)[] = [
    () => client.get("k"),
    () => client.put("k", "v"),
    () => client.delete("k"),
    () => client.range("k"),
    () => client.txn({}),
    () => client.kv.compact(1n),
    () => client.list("k").next(),
    () => client.connect(),
  ];
  for (const call of calls) {
    const error = await assertRejects(
      call,
      ClientClosedError,
      "the client is closed",
    );
    assertStrictEquals(error.code, "client_closed");
    assert(!error.maybeCommitted && !error.retryable);
  }
  assertThrows(
    () => client.setEndpoints("http://127.0.0.1:2"),
    ClientClosedError,
    "Cannot set the endpoints: the client is closed",
  );
  assertStrictEquals(client.balancer.dials, 0);
});

Deno.test("Client that was never used closes without having connected", async () => {
  await using server = await FakeServer.start();
  await new Client({ endpoints: server.endpoint }).close();
  assertStrictEquals(server.connections.accepted, 0);
});
