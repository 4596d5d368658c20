// What waits for one of the few streams that a server allows
// (--max-concurrent-streams), on a real server.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { BALANCER_NAMES, type BalancerName } from "../../balancers/mod.ts";
import {
  Client,
  type ClientEvent,
  type ClientOptions,
  EtcdError,
  type Lease,
  LeaseLostError,
  op,
  prefix,
  TimeoutError,
  type Watch,
  type WatchState,
} from "../../mod.ts";
import { Cluster, waitFor } from "../harness/mod.ts";

const MOST = 2;
const LIMIT = `one of the ${MOST} streams that`;

let cluster: Cluster;
/** Makes its calls on a connection of its own. */
let other: Client;

Deno.test.beforeAll(async () => {
  cluster = await Cluster.start({
    members: 1,
    extraArgs: [`--max-concurrent-streams=${MOST}`],
  });
  // Past the proxy: it stays when connections are cut.
  other = new Client({
    endpoints: cluster.members[0]?.directEndpoint ?? "",
    keepAlive: false,
  });
  await other.connect();
});

Deno.test.afterAll(async () => {
  await other.close();
  await cluster.close();
});

/** A client that has no stream left: a lease and a watch hold both. */
class FullClient implements AsyncDisposable {
  readonly client: Client;
  lease!: Lease;
  watch!: Watch;

  private constructor(balancer: BalancerName, options: Partial<ClientOptions>) {
    const { endpoints } = cluster;
    this.client = new Client({
      endpoints,
      balancer,
      keepAlive: false,
      ...options,
    });
  }

  static async open(
    balancer: BalancerName,
    options: Partial<ClientOptions> = {},
  ): Promise<FullClient> {
    const full = new FullClient(balancer, options);
    full.lease = await full.client.lease.grant(60);
    await full.lease.keepAlive();
    full.watch = full.client.watch("nobody writes this");
    await full.watch.ready;
    return full;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.client.close();
  }
}

/** How many calls and streams of a client run or wait. */
function inFlight({ balancer }: Client): number {
  return balancer.endpoints[0]?.inFlight ?? 0;
}

function assertNamesLimit(error: unknown): asserts error is EtcdError {
  assert(error instanceof EtcdError, `${error}`);
  assertStringIncludes(error.message, LIMIT);
  assertStringIncludes(error.message, "max concurrent streams");
  assert(!error.maybeCommitted, error.message);
  assert(error.retryable, error.message);
}

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | a put that waited for a stream until its time was over, or was aborted, is never sent`, async () => {
    await using full = await FullClient.open(balancer);
    const { client, watch } = full;
    const keys = [`${balancer}/late`, `${balancer}/aborted`] as const;
    const late = await assertRejects(
      () => client.put(keys[0], "old", { timeoutMs: 300 }),
      TimeoutError,
    );
    assertNamesLimit(late);
    const abort = new AbortController();
    const aborted = client.put(keys[1], "old", { signal: abort.signal });
    const reason = new Error("not any more");
    abort.abort(reason);
    assertStrictEquals(await assertRejects(() => aborted), reason);
    for (const key of keys) await other.put(key, "new");
    await watch.close();
    // It takes the stream that has ended, after what came before it.
    await client.put(`${balancer}/next`, "x");
    for (const key of keys) {
      const kv = await other.get(key);
      assertEquals(kv?.value.text(), "new");
      assertEquals(kv?.version, 1n, "the old value was never there");
    }
  });

  Deno.test(`${balancer} | close() while a put waits for a stream says that it was not applied`, async () => {
    const key = `${balancer}/closed`;
    const full = await FullClient.open(balancer);
    const { client } = full;
    const put = client.put(key, "x");
    put.catch(() => {});
    await waitFor("the put to wait", () => inFlight(client) > MOST);
    await client.close();
    const error = await assertRejects(() => put, EtcdError);
    assertEquals([error.code, error.maybeCommitted], ["client_closed", false]);
    assertEquals(await other.get(key), undefined);
  });

  Deno.test(`${balancer} | a put that waits for a stream when its connection is cut goes on another one`, async () => {
    const key = `${balancer}/cut`;
    await using full = await FullClient.open(balancer);
    const { client, watch } = full;
    const put = client.put(key, "x", { timeoutMs: 20_000 });
    put.catch(() => {});
    await waitFor("the put to wait", () => inFlight(client) > MOST);
    const { dials } = client.balancer;
    await cluster.members[0]?.proxy.set({ kind: "cut" });
    await waitFor("another connection", () => client.balancer.dials > dials);
    await watch.close();
    await put;
    assertEquals((await other.get(key))?.version, 1n);
  });
}

for (const onEvent of [undefined, () => {}]) {
  const listened = onEvent === undefined ? "" : ", with a listener";
  Deno.test(`a batched put that was aborted while its batch waited is not in it when it is sent${listened}`, async () => {
    const under = `batch${listened}`;
    const keys = ["first", "aborted", "late", "kept"]
      .map((name) => `${under}/${name}`);
    await using full = await FullClient.open("grpc1.23", {
      batch: "all",
      onEvent,
    });
    const { client, watch } = full;
    const abort = new AbortController();
    const [first, aborted, late, kept] = keys.map((key, at) =>
      client.put(key, "x", {
        ...at === 1 && { signal: abort.signal },
        timeoutMs: at === 2 ? 300 : 20_000,
      })
    );
    await waitFor("both requests to wait", () => inFlight(client) === MOST + 2);
    abort.abort();
    await assertRejects(() => aborted ?? Promise.resolve());
    const error = await assertRejects(
      () => late ?? Promise.resolve(),
      TimeoutError,
    );
    assert(!error.maybeCommitted, error.message);
    await watch.close();
    await Promise.all([first, kept]);
    const { kvs } = await other.range(prefix(under));
    assertEquals(kvs.map(({ key }) => key.text()), [keys[0], keys[3]]);
  });
}

Deno.test("a batched put that was aborted while there was no connection is not sent with the others", async () => {
  const { proxy } = cluster.members[0] ?? {};
  assert(proxy !== undefined);
  await proxy.set({ kind: "refuse" });
  await using client = new Client({
    endpoints: cluster.endpoints,
    keepAlive: false,
    batch: "all",
  });
  const abort = new AbortController();
  const [first, aborted, kept] = ["first", "aborted", "kept"].map((name) =>
    client.put(`unconnected/${name}`, "x", {
      timeoutMs: 20_000,
      ...name === "aborted" && { signal: abort.signal },
    })
  );
  await waitFor("a dial", () => client.balancer.dials > 0);
  abort.abort();
  await assertRejects(() => aborted ?? Promise.resolve());
  await proxy.set({ kind: "pass" });
  await Promise.all([first, kept]);
  const { kvs } = await other.range(prefix("unconnected/"));
  assertEquals(kvs.map(({ key }) => key.text()), [
    "unconnected/first",
    "unconnected/kept",
  ]);
});

Deno.test("Watch.state says that its stream waits for another one, and the watch gets its turn", async () => {
  const told: ClientEvent[] = [];
  await using full = await FullClient.open("grpc1.23", {
    onEvent: (event) => told.push(event),
  });
  const { client } = full;
  const states: WatchState[] = [];
  const options = {
    // Watches of this kind have a stream of their own.
    requireLeader: false,
    onStateChange: (state: WatchState) => states.push(state),
  };
  const watch = client.watch("waits", options);
  await waitFor("the watch to wait", () => watch.state.kind === "waiting");
  const [endpoint = ""] = cluster.endpoints;
  const waiting = { endpoint, maxStreams: MOST };
  assertEquals(states, [{ kind: "waiting", ...waiting, reason: undefined }]);
  assertEquals(
    told.filter(({ type }) => type === "stream_waiting"),
    [{ type: "stream_waiting", method: "Watch.Watch", ...waiting }],
  );
  // A watch that joins it meanwhile says so, too.
  const second = client.watch("waits, too", { requireLeader: false });
  await waitFor("the second to wait", () => second.state.kind === "waiting");
  // What comes later is served later.
  const later = client.get("x");
  await full.watch.close();
  await watch.ready;
  await second.ready;
  assertEquals(states.map(({ kind }) => kind), [
    "waiting",
    "connecting",
    "live",
  ]);
  await other.put("waits", "x");
  for await (const { kv } of watch.events()) {
    assertEquals(kv.key.text(), "waits");
    break;
  }
  // The watch that has ended has left its place to the get.
  await second.close();
  await later;
});

Deno.test("Lease.state says that its stream waits, and its loss names the limit", async () => {
  const { endpoints } = cluster;
  await using client = new Client({ endpoints, keepAlive: false });
  const lease = await client.lease.grant(2);
  assertEquals(lease.state, { kind: "idle" });
  const watches = [true, false].map((requireLeader) =>
    client.watch("nobody writes this", { requireLeader })
  );
  await Promise.all(watches.map(({ ready }) => ready));
  const kept = lease.keepAlive();
  kept.catch(() => {});
  const [endpoint = ""] = endpoints;
  await waitFor("the lease to wait", () => lease.state.kind === "waiting");
  assertEquals(lease.state, { kind: "waiting", endpoint, maxStreams: MOST });
  const lost = await assertRejects(() => kept, LeaseLostError);
  assertStringIncludes(`${lost.cause}`, LIMIT);
  assertEquals(lease.state, { kind: "ended", reason: lost });
  await watches[0]?.close();
  const next = await client.lease.grant(60);
  await next.keepAlive();
  assertEquals(next.state, { kind: "live", endpoint });
});

Deno.test("every kind of call and stream that waits for a stream in vain names the limit", async () => {
  await using full = await FullClient.open("grpc1.23");
  const { client, lease } = full;
  const [endpoint = ""] = cluster.endpoints;
  const timeoutMs = 300;
  const late: readonly (() => Promise<unknown>)[] = [
    () => client.lease.grant(60, { timeoutMs }),
    () => lease.keepAliveOnce({ timeoutMs }),
    () => client.maintenance.snapshot({ timeoutMs }).getReader().read(),
    () => client.txn({ then: [op.put("txn", "x")] }, { timeoutMs }),
    () => client.get("x", { timeoutMs }),
    // Needs a version, which it asks for first.
    () => client.cluster.members({ timeoutMs, linearizable: true }),
  ];
  for (
    const error of await Promise.all(late.map((call) => assertRejects(call)))
  ) assertNamesLimit(error);
  // One that is asked alone has a connection, and so streams, of its own.
  const member = client.member(endpoint);
  const readers = [0, 1].map(() => member.snapshot().getReader());
  await Promise.all(readers.map((reader) => reader.read()));
  assertNamesLimit(await assertRejects(() => member.status({ timeoutMs })));
  await Promise.all(readers.map((reader) => reader.cancel()));
  await member.status();
});
