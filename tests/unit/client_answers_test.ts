// A client against a scripted gRPC server, over real sockets.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  CanceledError,
  Client,
  type ClientEvent,
  type ClientOptions,
  EtcdError,
  LeaseNotFoundError,
  NoLeaderError,
  op,
  TimeoutError,
  UnavailableError,
  UnsupportedError,
} from "../../mod.ts";
import { fromBigInt } from "../../proto/int64.ts";
import { methods } from "../../proto/methods.ts";
import {
  type FakeAnswer,
  type FakeCall,
  FakeServer,
  FakeStatus,
  waitFor,
} from "../harness/mod.ts";

const RANGE = methods.kv.range.path;
const PUT = methods.kv.put.path;
const EMPTY = new Uint8Array();
const BALANCERS = ["grpc1.0", "grpc1.7", "grpc1.23"] as const;
const HANG = { kind: "hang" } as const;

/** A server, and a client of it alone. */
class Pair implements AsyncDisposable {
  readonly server: FakeServer;
  readonly client: Client;

  constructor(server: FakeServer, options: Partial<ClientOptions>) {
    this.server = server;
    this.client = new Client({ endpoints: server.endpoint, ...options });
  }

  static async start(options: Partial<ClientOptions> = {}): Promise<Pair> {
    const server = await FakeServer.start();
    server.handle(RANGE, () => EMPTY).handle(PUT, () => EMPTY);
    return new Pair(server, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.server.close();
  }
}

/** The first answers, then success. */
function first(...answers: readonly FakeAnswer[]) {
  return ({ count }: FakeCall): FakeAnswer => answers[count - 1] ?? EMPTY;
}

Deno.test("Client repeats a read that was answered UNAVAILABLE, and never a write", async () => {
  for (const balancer of BALANCERS) {
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
  for (const balancer of BALANCERS) {
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

Deno.test("Client sends a refused request once more under grpc1.23, as Go does (#35)", async () => {
  const refused = { kind: "reset", http2Code: 7 } as const;
  for (const balancer of BALANCERS) {
    const resent = balancer === "grpc1.23" ? 1 : 0;
    await using pair = await Pair.start({ balancer, dialTimeoutMs: 100 });
    const { server, client } = pair;
    server.handle(RANGE, first(refused)).handle(PUT, first(refused));
    await client.get("k");
    assertStrictEquals(server.calls(RANGE), 2, balancer);
    if (resent === 1) {
      await client.put("k", "v");
      assertStrictEquals(server.calls(PUT), 2);
    }
    server.handle(PUT, () => refused);
    const before = server.calls(PUT);
    const error = await assertRejects(
      () => client.put("k", "v"),
      UnavailableError,
    );
    assert(!error.maybeCommitted && error.retryable, balancer);
    assertStrictEquals(server.calls(PUT), before + 1 + resent, balancer);
  }
});

Deno.test("Client sends a request above a GOAWAY's last stream once more under grpc1.23", async () => {
  for (const balancer of BALANCERS) {
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
  server.goAway(7);
  const error = await assertRejects(() => put, UnavailableError);
  assert(error.maybeCommitted && !error.retryable);
  assertStrictEquals(server.calls(PUT), 1);
});

Deno.test("Client never sends a write again whose stream was reset", async () => {
  await using pair = await Pair.start();
  const { server, client } = pair;
  // 8 is CANCEL, 2 INTERNAL_ERROR.
  for (const http2Code of [8, 2]) {
    server.handle(PUT, () => ({ kind: "reset", http2Code }));
    const before = server.calls(PUT);
    const error = await assertRejects(() => client.put("k", "v"), EtcdError);
    assert(error.maybeCommitted && !error.retryable, `${http2Code}`);
    assertStrictEquals(server.calls(PUT), before + 1, `${http2Code}`);
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
  assert(tookMs > 49 * 22 && tookMs < 4_000, `${tookMs} ms`);
});

Deno.test("Client throws the class that belongs to each answer", async () => {
  await using pair = await Pair.start();
  const { server, client } = pair;
  const cases = [
    [5, "etcdserver: requested lease not found", LeaseNotFoundError],
    [14, "etcdserver: request timed out", TimeoutError],
    [1, "canceled by a proxy", CanceledError],
    [12, "unknown service etcdserverpb.KV", UnsupportedError],
    // 3.5 sends this as UNAVAILABLE.
    [14, "etcdserver: not capable", EtcdError],
  ] as const;
  for (const [code, details, Class] of cases) {
    server.handle(PUT, () => new FakeStatus(code, details));
    const error = await assertRejects(() => client.put("k", "v"), EtcdError);
    assertStrictEquals(error.constructor, Class, details);
    assertStrictEquals(error.method, "KV.Put");
    assertStrictEquals(error.endpoint, server.endpoint);
    assert(error.message.includes(details), error.message);
  }
});

Deno.test("Client calls a reply that is none a protocol error, or an internal one", async () => {
  await using pair = await Pair.start();
  const { server, client } = pair;
  server.handle(RANGE, () => Uint8Array.of(0xff, 0xff));
  const garbage = await assertRejects(() => client.get("k"), EtcdError);
  assertStrictEquals(garbage.code, "protocol");
  assertStrictEquals(
    garbage.message,
    `Cannot get: the reply of ${server.endpoint} is not etcd's (protocol)`,
  );
  server.handle(RANGE, () => ({ kind: "raw", bytes: EMPTY }));
  const missing = await assertRejects(
    () => client.get("k", { timeoutMs: 1_000 }),
    EtcdError,
    "The reply is missing",
  );
  assertStrictEquals(missing.code, "internal");
});

Deno.test("Client ends a call at its deadline, which the server is told", async () => {
  for (const balancer of BALANCERS) {
    await using pair = await Pair.start({ balancer });
    const { server, client } = pair;
    const timeouts: unknown[] = [];
    const told = ({ headers }: FakeCall) => {
      timeouts.push(headers["grpc-timeout"]);
      return HANG;
    };
    server.handle(RANGE, told).handle(PUT, told);
    await client.connect();
    for (const write of [false, true]) {
      const startedAt = performance.now();
      const options = { timeoutMs: 80 };
      const error = await assertRejects(
        () => write ? client.put("k", "v", options) : client.get("k", options),
        TimeoutError,
      );
      const tookMs = performance.now() - startedAt;
      assert(tookMs >= 75 && tookMs < 1_000, `${tookMs} ms`);
      assertStrictEquals(error.code, "timeout");
      assert(
        error.message.includes("no answer from") ||
          error.message.includes("no endpoint could be reached"),
        error.message,
      );
      assertStrictEquals(error.maybeCommitted, write);
    }
    assertEquals(timeouts.length, 2);
    for (const timeout of timeouts) {
      assert(/^\d+[mu]$/.test(String(timeout)), String(timeout));
    }
  }
});

Deno.test("Client has its own timeout for calls that name none", async () => {
  await using pair = await Pair.start({ requestTimeoutMs: 60 });
  pair.server.handle(RANGE, () => HANG);
  const error = await assertRejects(() => pair.client.get("k"), TimeoutError);
  assert(error.message.includes("within 60 ms"), error.message);
});

Deno.test("Client moves its pin when a call runs into its deadline, under grpc1.7 alone (§5.2)", async () => {
  for (const balancer of BALANCERS) {
    await using a = await FakeServer.start();
    await using b = await FakeServer.start();
    const servers = [a, b];
    for (const server of servers) server.handle(RANGE, () => EMPTY);
    const events: ClientEvent[] = [];
    await using client = new Client({
      endpoints: servers.map(({ endpoint }) => endpoint),
      balancer,
      onEvent: (event) => events.push(event),
    });
    await client.get("k");
    const { pin } = client.balancer;
    if (balancer === "grpc1.23") {
      assertStrictEquals(pin, undefined);
      continue;
    }
    const pinned = servers.find(({ endpoint }) => endpoint === pin);
    assert(pinned);
    pinned.handle(RANGE, () => HANG);
    await assertRejects(() => client.get("k", { timeoutMs: 50 }), TimeoutError);
    const read = client.get("k", { timeoutMs: 200 });
    if (balancer === "grpc1.0") await assertRejects(() => read, TimeoutError);
    else {
      await read;
      const avoided = client.balancer.avoided.map(({ endpoint }) => endpoint);
      assertEquals(avoided, [pin]);
      assert(events.some(({ type }) => type === "switch"));
    }
    assertStrictEquals(client.balancer.pin === pin, balancer === "grpc1.0");
  }
});

Deno.test("Client asks for a leader where the call does", async () => {
  await using pair = await Pair.start();
  const seen: unknown[] = [];
  pair.server.handle(RANGE, ({ headers }) => {
    seen.push(headers["hasleader"]);
    return EMPTY;
  });
  await pair.client.get("k");
  await pair.client.get("k", { requireLeader: true });
  assertEquals(seen, [undefined, "true"]);
});

Deno.test("Client finishes running calls after a GOAWAY, and uses a new connection", async () => {
  for (const balancer of BALANCERS) {
    await using pair = await Pair.start({ balancer, dialTimeoutMs: 100 });
    const { server, client } = pair;
    const release = Promise.withResolvers<Uint8Array>();
    server.handle(PUT, () => release.promise);
    await client.connect();
    const put = client.put("k", "v");
    await waitFor("the call", () => server.calls(PUT) === 1, { intervalMs: 1 });
    server.goAway();
    await waitFor("a new connection", () => server.connections.accepted === 2);
    await client.get("k");
    assertStrictEquals(server.connections.open, 2, "the old one drains");
    release.resolve(EMPTY);
    await put;
    await waitFor("the old one's end", () => client.balancer.connections === 1);
    assertStrictEquals(server.calls(PUT), 1);
  }
});

Deno.test("Client drops an endpoint and lets its calls finish", async () => {
  await using pair = await Pair.start();
  await using other = await FakeServer.start();
  const { server, client } = pair;
  other.handle(RANGE, () => EMPTY);
  const release = Promise.withResolvers<Uint8Array>();
  server.handle(PUT, () => release.promise);
  const put = client.put("k", "v");
  await waitFor("the call", () => server.calls(PUT) === 1, { intervalMs: 1 });
  client.setEndpoints([other.endpoint]);
  await client.get("k");
  assertStrictEquals(other.calls(RANGE), 1);
  assertStrictEquals(client.balancer.connections, 2);
  release.resolve(EMPTY);
  await put;
  await waitFor("its end", () => server.connections.open === 0);
});

Deno.test("Client carries large messages both ways", async () => {
  await using pair = await Pair.start();
  const { server, client } = pair;
  const value = new Uint8Array(6 * 1024 * 1024).fill(65);
  let sent = 0;
  server.handle(PUT, ({ request }) => {
    sent = request.length;
    return EMPTY;
  });
  await client.put("k", value);
  assert(sent > value.length);
  // A RangeResponse with one kv { key: "k", value }: it is a put's message
  // turned around, field 2 of length-delimited kvs.
  const kv = methods.kv.put.encode({ key: Uint8Array.of(107) });
  server.handle(RANGE, () => withValue(kv, value));
  const got = await client.get("k");
  assertStrictEquals(got?.value.length, value.length);
  assertStrictEquals(got.key.text(), "k");
});

/** RangeResponse { kvs: [{ ...kv, value }] } in protobuf's own terms. */
function withValue(kv: Uint8Array, value: Uint8Array): Uint8Array {
  const field = [...kv, 0x2a, ...varint(value.length)];
  const length = field.length + value.length;
  return concat([0x12, ...varint(length), ...field], value);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) {
    bytes.push(value % 128 + 128);
  }
  return [...bytes, value];
}

function concat(head: number[], tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}

Deno.test("Client has each strategy's number of connections, and sees them (§5.1: 3, 1 and 3)", async () => {
  await using a = await FakeServer.start();
  await using b = await FakeServer.start();
  await using c = await FakeServer.start();
  const servers = [a, b, c];
  for (const server of servers) server.handle(RANGE, () => EMPTY);
  for (const balancer of BALANCERS) {
    await using client = new Client({
      endpoints: servers.map(({ endpoint }) => endpoint),
      balancer,
    });
    assertStrictEquals(client.balancer.connections, 0);
    const before = servers.map((server) => server.calls(RANGE));
    await client.get("k");
    const expected = balancer === "grpc1.7" ? 1 : 3;
    await waitFor(
      `${expected} connections`,
      () =>
        client.balancer.connections === expected &&
        servers.reduce((sum, { connections }) => sum + connections.open, 0) ===
          expected,
    );
    for (let call = 0; call < 30; call++) await client.get("k");
    const spread = servers.map((server, at) =>
      server.calls(RANGE) - (before[at] ?? 0)
    ).sort((x, y) => x - y);
    assertStrictEquals(
      spread[0],
      balancer === "grpc1.23" ? 10 : 0,
      `${balancer}: ${spread}`,
    );
    await client.close();
    assertStrictEquals(client.balancer.connections, 0);
    await waitFor(
      "the ends of all sockets",
      () => servers.every(({ connections }) => connections.open === 0),
    );
  }
});

Deno.test("Client sees the sockets that grpc-js makes: the hook of this release works", async () => {
  await using pair = await Pair.start();
  const { server, client } = pair;
  await client.get("k");
  assertStrictEquals(client.balancer.connections, 1);
  const { dials } = client.balancer;
  server.disconnect();
  await waitFor(
    "a new connection",
    () =>
      client.balancer.dials === dials + 1 && client.balancer.connections === 1,
  );
  await client.get("k");
  await client.close();
  assertStrictEquals(client.balancer.connections, 0);
});

Deno.test("Client reads typed results of a transaction", async () => {
  await using pair = await Pair.start();
  const request: Uint8Array[] = [];
  pair.server.handle(methods.kv.txn.path, (call) => {
    request.push(call.request);
    // succeeded: true, responses: [{ responsePut: {} }]
    return Uint8Array.of(0x10, 1, 0x1a, 2, 0x12, 0);
  });
  const result = await pair.client.txn({ then: [op.put("k", "v")] });
  assert(result.succeeded);
  assertStrictEquals(result.results[0].prevKv, undefined);
  const put = { key: Uint8Array.of(107), value: Uint8Array.of(118) };
  const init = { success: [{ requestPut: put }] };
  assertEquals([...request[0] ?? []], [...methods.kv.txn.encode(init)]);
  assertStrictEquals(result.header.revision, 0n);
  assertEquals(fromBigInt(0n), { low: 0, high: 0 });
});
