// What a client makes of its transports, over real sockets.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { createServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { Client, TimeoutError, UnavailableError } from "../../../../mod.ts";
import { FakeServer, waitFor } from "../../../harness/mod.ts";
import { methods } from "../../../../proto/methods.ts";

const PATH = methods.kv.range.path;
const PUT = methods.kv.put.path;
const EMPTY = new Uint8Array();

Deno.test({
  name: "Client reaches an endpoint by its IPv6 address",
  // A host need not have IPv6.
  ignore: !hasIPv6(),
  async fn() {
    const server = createServer();
    const sessions = new Set<ServerHttp2Session>();
    server.on("session", (session) => sessions.add(session));
    await new Promise<void>((resolve) =>
      server.listen(0, "::1", () => resolve())
    );
    const { port } = server.address() as AddressInfo;
    {
      await using client = new Client({ endpoints: `http://[::1]:${port}` });
      await client.connect({ timeoutMs: 5_000 });
      assertStrictEquals(client.balancer.connections, 1);
    }
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => server.close(resolve));
  },
});

function hasIPv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test("Client ignores the proxy that the environment names", async () => {
  await using server = await FakeServer.start();
  server.handle(PATH, () => EMPTY);
  const names = ["grpc_proxy", "https_proxy", "http_proxy"];
  const before = names.map((name) => Deno.env.get(name));
  // Nobody listens there.
  for (const name of names) Deno.env.set(name, "http://127.0.0.1:1");
  try {
    await using client = new Client({ endpoints: server.endpoint });
    await client.get("k", { timeoutMs: 20_000 });
  } finally {
    for (const [at, name] of names.entries()) {
      const value = before[at];
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
  assertStrictEquals(server.calls(PATH), 1);
});

Deno.test("Client queues calls above the server's limit of streams, within their deadlines", async () => {
  await using server = await FakeServer.start({ maxConcurrentStreams: 1 });
  const release = Promise.withResolvers<Uint8Array>();
  server.handle(PATH, () => release.promise).handle(PUT, () => EMPTY);
  await using client = new Client({ endpoints: server.endpoint });
  const first = client.get("k");
  await waitFor("the first call", () => server.calls(PATH) === 1);
  const controller = new AbortController();
  const queued = [client.put("k", "1"), client.put("k", "2")];
  const late = await assertRejects(
    () => client.put("k", "late", { timeoutMs: 50 }),
    TimeoutError,
  );
  assertStrictEquals(late.code, "timeout");
  const aborted = client.put("k", "aborted", { signal: controller.signal })
    .catch((error) => error);
  controller.abort("enough");
  assertStrictEquals(await aborted, "enough");
  assertStrictEquals(server.calls(PUT), 0);
  release.resolve(EMPTY);
  await first;
  await Promise.all(queued);
  assertStrictEquals(server.calls(PUT), 2, "what was given up is not sent");
});

Deno.test("Client.close() ends calls above the server's limit of streams", async () => {
  await using server = await FakeServer.start({ maxConcurrentStreams: 1 });
  server.handle(PATH, () => ({ kind: "hang" }));
  const client = new Client({ endpoints: server.endpoint });
  const calls = [1, 2, 3].map(() =>
    client.get("k").then(() => "served", ({ code }) => code)
  );
  await waitFor("one call", () => server.calls(PATH) === 1);
  await client.close();
  assertEquals(await Promise.all(calls), Array(3).fill("client_closed"));
});

Deno.test("Client tells what keeps the TLS settings from being used, and tries again", async () => {
  await using server = await FakeServer.start();
  const serverName = () => {
    throw new RangeError("no name for this");
  };
  await Promise.all(
    [{ serverName }, () => ({ serverName })].map(async (tls) => {
      await using client = new Client({
        endpoints: server.endpoint.replace("http:", "https:"),
        tls,
      });
      for (const dials of [1, 2]) {
        const failed = assertRejects(
          () => client.get("k", { timeoutMs: 100 }),
          UnavailableError,
        );
        assertStringIncludes(
          (await failed).message,
          "no settings for TLS: no name for this",
        );
        assertStrictEquals(client.balancer.dials, dials);
        if (dials > 1) continue;
        await waitFor("the next dial", () => client.balancer.dials > dials);
      }
    }),
  );
});

Deno.test("Client keeps deadlines though the clock on the wall jumps", async () => {
  await using server = await FakeServer.start();
  server.handle(PATH, () => ({ kind: "hang" })).handle(PUT, () => EMPTY);
  await using client = new Client({ endpoints: server.endpoint });
  await client.connect();
  const { now } = Date;
  try {
    for (const jumpMs of [3_600_000, -3_600_000]) {
      const startedAt = performance.now();
      const late = assertRejects(
        () => client.get("k", { timeoutMs: 200 }),
        TimeoutError,
      );
      const before = server.calls(PATH);
      await waitFor("the call", () => server.calls(PATH) > before);
      Date.now = () => now() + jumpMs;
      await client.put("k", "v", { timeoutMs: 2_000 });
      await late;
      const tookMs = performance.now() - startedAt;
      // Timers may fire a millisecond early.
      assert(tookMs >= 198 && tookMs < 2_000, `${tookMs} ms`);
    }
  } finally {
    Date.now = now;
  }
});
