// What a client sends again and what never, over real sockets.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  Client,
  EtcdError,
  NoLeaderError,
  UnavailableError,
} from "../../../../mod.ts";
import { FakeServer, FakeStatus, waitFor } from "../../../harness/mod.ts";
import { GENERATIONS } from "../../support/_generations.ts";
import { first, HANG, Pair, PUT, RANGE } from "./_pair.ts";

Deno.test("Client repeats a read that was answered UNAVAILABLE, and never a write", async () => {
  for (const balancer of GENERATIONS) {
    await using pair = await Pair.start({ balancer, dialTimeoutMs: 100 });
    const { server, client } = pair;
    const busy = new FakeStatus(14, "the server is busy");
    server.handle(RANGE, first(busy, busy)).handle(PUT, first(busy, busy));
    assertStrictEquals(await client.get("k"), undefined);
    assertEquals(server.calls(RANGE), 3, balancer);
    const error = await assertRejects(
      () => client.put("k", "v"),
      UnavailableError,
      "Cannot put: the server is busy (UNAVAILABLE, from " +
        `${server.endpoint}); it may have been applied`,
    );
    assert(error.maybeCommitted && !error.retryable);
    assertEquals(server.calls(PUT), 1, balancer);
  }
});

Deno.test("Client repeats a read whose connection was cut, and never a write", async () => {
  for (const balancer of GENERATIONS) {
    await using pair = await Pair.start({ balancer, dialTimeoutMs: 100 });
    const { server, client } = pair;
    const cut = { kind: "disconnect" } as const;
    server.handle(RANGE, first(cut)).handle(PUT, first(cut));
    assertStrictEquals(await client.get("k"), undefined);
    assertEquals(server.calls(RANGE), 2, balancer);
    const error = await assertRejects(
      () => client.put("k", "v"),
      UnavailableError,
    );
    assertStrictEquals(error.code, "connection_lost", error.message);
    assert(error.maybeCommitted);
    assertEquals(server.calls(PUT), 1, balancer);
    await client.put("k", "v");
  }
});

// Go's client sends the write again, too. HAProxy answers so for requests that
// the server behind it has executed.
Deno.test("Client repeats a read whose stream was refused, and leaves a write in doubt (#35)", async () => {
  const refused = { kind: "reset", http2Code: 7 } as const;
  for (const balancer of GENERATIONS) {
    await using pair = await Pair.start({ balancer, dialTimeoutMs: 100 });
    const { server, client } = pair;
    server.handle(RANGE, first(refused)).handle(PUT, () => refused);
    await client.get("k");
    assertStrictEquals(server.calls(RANGE), 2, balancer);
    const error = await assertRejects(
      () => client.put("k", "v"),
      UnavailableError,
    );
    assert(error.maybeCommitted && !error.retryable, balancer);
    assertStrictEquals(server.calls(PUT), 1, balancer);
  }
});

Deno.test("Client sends a request above a GOAWAY's last stream once more under grpc1.23", async () => {
  for (const balancer of GENERATIONS) {
    await using pair = await Pair.start({ balancer, dialTimeoutMs: 100 });
    const { server, client } = pair;
    server.handle(RANGE, () => HANG).handle(PUT, first(HANG));
    await client.connect();
    const stop = new AbortController();
    const get = client.get("k", { signal: stop.signal }).catch(() => {});
    await waitFor("stream 1", () => server.calls(RANGE) === 1);
    const put = client.put("k", "v");
    await waitFor("stream 3", () => server.calls(PUT) === 1);
    server.goAway(0, { lastStreamId: 1 });
    if (balancer === "grpc1.23") {
      await put;
    } else {
      const error = await assertRejects(() => put, UnavailableError);
      assert(!error.maybeCommitted && error.retryable, balancer);
    }
    stop.abort();
    await get;
  }
});

Deno.test("Client takes no GOAWAY's code for the refusal of its streams", async () => {
  await using pair = await Pair.start();
  const { server, client } = pair;
  server.handle(PUT, () => HANG);
  const put = client.put("k", "v");
  await waitFor("the call", () => server.calls(PUT) === 1);
  put.catch(() => {});
  server.goAway(7);
  // grpc-js ends the calls that run; over our own transport they go on.
  await waitFor("another connection", () => client.balancer.dials > 1);
  server.disconnect();
  const error = await assertRejects(() => put, UnavailableError);
  assert(error.maybeCommitted && !error.retryable);
  assertStrictEquals(server.calls(PUT), 1);
});

Deno.test("Client never sends a write again whose stream was reset", async () => {
  await using pair = await Pair.start();
  const { server, client } = pair;
  // Every code of RFC 9113 but 7, REFUSED_STREAM.
  for (const http2Code of [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13]) {
    server.handle(PUT, () => ({ kind: "reset", http2Code }));
    const before = server.calls(PUT);
    const error = await assertRejects(() => client.put("k", "v"), EtcdError);
    assert(error.maybeCommitted && !error.retryable, `${http2Code}`);
    assertStrictEquals(server.calls(PUT), before + 1, `${http2Code}`);
  }
});

Deno.test("Client does not promise that a write was not applied when its answer had begun", async () => {
  await using pair = await Pair.start();
  const { server, client } = pair;
  // Codes that grpc-js gives as RESOURCE_EXHAUSTED and PERMISSION_DENIED, as a
  // server does that refuses a request.
  for (const http2Code of [11, 12]) {
    server.handleStream(PUT, async (stream) => {
      for await (const _ of stream.messages);
      stream.reset(http2Code);
    });
    const error = await assertRejects(() => client.put("k", "v"), EtcdError);
    assert(error.maybeCommitted && !error.retryable, error.message);
  }
});

Deno.test("Client gives up a read under grpc1.23 after 100 attempts, in a second or so (§3.2)", async () => {
  await using a = await FakeServer.start();
  await using b = await FakeServer.start();
  await using c = await FakeServer.start();
  const servers = [a, b, c];
  for (const server of servers) {
    server.handle(RANGE, () => new FakeStatus(14, "etcdserver: no leader"));
  }
  await using client = new Client({
    endpoints: servers.map(({ endpoint }) => endpoint),
  });
  await client.connect();
  await waitFor("three connections", () => client.balancer.connections === 3);
  const startedAt = performance.now();
  const error = await assertRejects(() => client.get("k"), NoLeaderError);
  const tookMs = performance.now() - startedAt;
  assertStrictEquals(error.attempts.length, 100);
  const counts = servers.map((server) => server.calls(RANGE)).sort();
  assertEquals(counts, [33, 33, 34]);
  // 49 waits of 25 ms ± 10 %.
  assert(tookMs > 49 * 22 && tookMs < 15_000, `${tookMs} ms`);
});
