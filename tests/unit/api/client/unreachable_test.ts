// A client against what is no etcd, or nothing at all, over real sockets.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  createServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { BALANCER_NAMES } from "../../../../balancers/mod.ts";
import {
  Client,
  type ClientOptions,
  EtcdError,
  TimeoutError,
  UnavailableError,
  UnsupportedError,
} from "../../../../mod.ts";
import { NotEtcdServer, SilentServer, waitFor } from "../../../harness/mod.ts";

/** An endpoint whose port was free a moment ago. */
function refused(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return `http://127.0.0.1:${port}`;
}

/** An HTTP/2 server that is no gRPC server. */
async function startWebServer(
  status: number,
): Promise<AsyncDisposable & { readonly endpoint: string }> {
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session));
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.respond({ ":status": status, "content-type": "text/html" });
    stream.end("<html>");
  });
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve())
  );
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

const REFUSED = /ECONNREFUSED|refused/;
const SILENT = /no HTTP\/2 settings within 100 ms/;
const NOT_HTTP2 = /the handshake failed, is it an etcd server\?/;

/** A call that must fail at its deadline: not before, not much later. */
async function failAtDeadline(
  options: ClientOptions,
  timeoutMs: number,
  reasons: readonly RegExp[],
): Promise<EtcdError> {
  await using client = new Client(options);
  // How long the dials take is not what this is about.
  client.connect().catch(() => {});
  await waitFor(
    "the reason of each endpoint",
    () =>
      client.balancer.endpoints.every(({ lastError = "" }, at) =>
        reasons[at]?.test(lastError)
      ),
  );
  const startedAt = performance.now();
  const error = await assertRejects(
    () => client.get("k", { timeoutMs }),
    EtcdError,
  );
  const tookMs = performance.now() - startedAt;
  // Timers may fire a millisecond early.
  assert(tookMs >= timeoutMs - 2, `${tookMs} ms`);
  assert(tookMs < timeoutMs + 5_000, `${tookMs} ms`);
  return error;
}

Deno.test("Client ends a call to a refused port at its deadline, naming it", async () => {
  for (const balancer of BALANCER_NAMES) {
    const endpoint = refused();
    const error = await failAtDeadline(
      { endpoints: endpoint, balancer },
      400,
      [REFUSED],
    );
    assert(error instanceof UnavailableError, error.name);
    assert(
      error.message.startsWith(
        `Cannot get: no endpoint could be reached within 400 ms (unavailable): ${endpoint}: `,
      ) && /ECONNREFUSED|refused/.test(error.message),
      error.message,
    );
    assertEquals(error.attempts, []);
    assert(error.retryable && !error.maybeCommitted);
  }
});

Deno.test("Client names a socket that stays silent, and frees it", async () => {
  for (const balancer of BALANCER_NAMES) {
    await using server = await SilentServer.start();
    await using client = new Client({
      endpoints: server.endpoint,
      balancer,
      dialTimeoutMs: 100,
    });
    client.connect().catch(() => {});
    await waitFor("the dial", () => server.open === 1, { intervalMs: 1 });
    await waitFor(
      "the end of the dial",
      () =>
        SILENT.test(client.balancer.endpoints[0]?.lastError ?? "") &&
        server.open === 0 && client.balancer.connections === 0,
    );
    const error = await assertRejects(
      () => client.get("k", { timeoutMs: 50 }),
      UnavailableError,
    );
    assert(
      error.message.includes(
        `${server.endpoint}: connected, but got no HTTP/2 settings within 100 ms, is it an etcd server?`,
      ),
      error.message,
    );
  }
});

Deno.test("Client names a web server of HTTP/1.1", async () => {
  await using server = await NotEtcdServer.start();
  const error = await failAtDeadline(
    { endpoints: server.endpoint },
    200,
    [NOT_HTTP2],
  );
  assert(error instanceof UnavailableError);
  assert(
    error.message.includes(
      `${server.endpoint}: connected, but the handshake failed, is it an etcd server?`,
    ),
    error.message,
  );
});

Deno.test("Client names a web server of HTTP/2 as soon as it answers", async () => {
  for (const status of [200, 404]) {
    await using server = await startWebServer(status);
    await using client = new Client({ endpoints: server.endpoint });
    const startedAt = performance.now();
    const error = await assertRejects(
      () => client.get("k", { timeoutMs: 5_000 }),
      EtcdError,
    );
    assert(performance.now() - startedAt < 2_500);
    assert(error.message.includes("is it an etcd server?"), error.message);
    assert(error.message.includes(server.endpoint), error.message);
    assert(status === 200 || error instanceof UnsupportedError);
  }
});

Deno.test("Client says so when a proxy's 503 does not go away", async () => {
  await using server = await startWebServer(503);
  await using client = new Client({ endpoints: server.endpoint });
  await client.connect();
  const error = await assertRejects(
    () => client.get("k", { timeoutMs: 1_500 }),
    TimeoutError,
  );
  assert(error.attempts.length > 1);
  assert(
    error.message.includes(`${error.attempts.length} attempts`),
    error.message,
  );
});

Deno.test("Client names every endpoint with its own last error", async () => {
  await using silent = await SilentServer.start();
  await using web = await NotEtcdServer.start();
  const gone = refused();
  const endpoints = [gone, silent.endpoint, web.endpoint];
  const options = { endpoints, dialTimeoutMs: 100 };
  const { message } = await failAtDeadline(options, 300, [
    REFUSED,
    SILENT,
    NOT_HTTP2,
  ]);
  const [, list = ""] = message.split("(unavailable): ");
  const parts = list.split("; ");
  assertEquals(parts.length, 3, message);
  for (
    const [at, pattern] of [
      /ECONNREFUSED|refused/,
      /no HTTP\/2 settings within 100 ms/,
      /the handshake failed, is it an etcd server\?/,
    ].entries()
  ) {
    assert(parts[at]?.startsWith(`${endpoints[at]}: `), message);
    assert(pattern.test(parts[at] ?? ""), message);
  }
});

Deno.test("Client.connect() fails early with the cause", async () => {
  const endpoint = refused();
  await using client = new Client({ endpoints: endpoint });
  const error = await assertRejects(
    () => client.connect({ timeoutMs: 60 }),
    UnavailableError,
    "Cannot connect: no endpoint could be reached within 60 ms",
  );
  assert(error.message.includes(endpoint));
});

Deno.test("Client dials again after its backoff, and serves the call that waits", async () => {
  await using silent = await SilentServer.start();
  await using client = new Client({
    endpoints: [refused(), silent.endpoint],
    dialTimeoutMs: 50,
  });
  const call = client.get("k", { timeoutMs: 20_000 });
  call.catch(() => {});
  await waitFor("the second round of dials", () => client.balancer.dials >= 4);
  assert(client.balancer.connections <= 2);
  await client.close();
  await assertRejects(() => call, EtcdError, "the client is closed");
});
