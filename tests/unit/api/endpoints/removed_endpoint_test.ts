// Streams and the endpoints they run on, against fake members: what lasts
// leaves an endpoint that was removed, what has an end reaches it there.
import { assert, assertEquals } from "@std/assert";
import { BALANCER_NAMES } from "../../../../balancers/mod.ts";
import { Client, type ClientOptions } from "../../../../mod.ts";
import type { Method } from "../../../../proto/method.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { methods } from "../../../../proto/methods.ts";
import { DnsServer } from "../../../harness/fake/dns_server.ts";
import { FakeServer, waitFor } from "../../../harness/mod.ts";

const header = { clusterId: fromBigInt(7n), revision: fromBigInt(5n) };

/** A fake member, and the streams that are open on it, by their method. */
class Member implements AsyncDisposable {
  readonly server: FakeServer;
  readonly open = new Map<string, number>();
  /** Lets the streams that wait for it go on. */
  readonly gate = Promise.withResolvers<void>();

  private constructor(server: FakeServer) {
    this.server = server;
  }

  static async start(): Promise<Member> {
    const self = new Member(await FakeServer.start());
    const { watch } = methods.watch;
    const { keepAlive, grant } = methods.lease;
    const { observe } = methods.election;
    self.#stream(watch, "etcdserverpb.WatchResponse", (request) => {
      const codec = codecOf("etcdserverpb.WatchRequest");
      const { createRequest } = codec.decode(request) as {
        createRequest?: { watchId: unknown };
      };
      if (!createRequest) return [];
      return [{ header, created: true, watchId: createRequest.watchId }];
    });
    self.#stream(keepAlive, "etcdserverpb.LeaseKeepAliveResponse", () => [
      { header, ID: fromBigInt(9n), TTL: fromBigInt(60n) },
    ]);
    self.#stream(observe, "v3electionpb.LeaderResponse", () => [
      { header, kv: { key: new Uint8Array(1), value: new Uint8Array(1) } },
    ]);
    self.server.handle(
      grant.path,
      () =>
        codecOf("etcdserverpb.LeaseGrantResponse").encode({
          header,
          ID: fromBigInt(9n),
          TTL: fromBigInt(60n),
        }),
    );
    const members = codecOf("etcdserverpb.MemberListResponse");
    self.server.handle(
      methods.cluster.memberList.path,
      () => members.encode({ header, members: self.members }),
    );
    const blob = codecOf("etcdserverpb.SnapshotResponse");
    self.server.handleStream(methods.maintenance.snapshot.path, async (at) => {
      at.send(blob.encode({ blob: new Uint8Array(3) }));
      await self.gate.promise;
      const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(3));
      at.send(blob.encode({ blob: new Uint8Array(digest) }));
    });
    return self;
  }

  /** What it tells of the members. */
  members: readonly { name: string; clientURLs: readonly string[] }[] = [];

  get endpoint(): string {
    return this.server.endpoint;
  }

  /** How many streams of these methods are open. */
  streams(...of: readonly Method<never, unknown>[]): readonly number[] {
    return of.map(({ path }) => this.open.get(path) ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.gate.resolve();
    await this.server.close();
  }

  #stream(
    { path }: Method<never, unknown>,
    replyType: string,
    answer: (request: Uint8Array) => readonly object[],
  ): void {
    const codec = codecOf(replyType);
    const count = (by: number) =>
      this.open.set(path, (this.open.get(path) ?? 0) + by);
    this.server.handleStream(path, async ({ messages, send }) => {
      count(1);
      for await (const request of messages) {
        for (const reply of answer(request)) send(codec.encode(reply));
      }
      // The request of this one ends at once, the stream does not.
      if (path === methods.election.observe.path) await this.gate.promise;
      count(-1);
    });
  }
}

const LASTING = [
  methods.watch.watch,
  methods.lease.keepAlive,
  methods.election.observe,
] as const;

function clientOf(
  { endpoint }: Pick<Member, "endpoint">,
  options: Partial<ClientOptions> = {},
): Client {
  return new Client({
    endpoints: endpoint,
    dialTimeoutMs: 1_000,
    requestTimeoutMs: 5_000,
    keepAlive: false,
    ...options,
  });
}

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | Client.setEndpoints() moves the streams that have no end`, async () => {
    await using a = await Member.start();
    await using b = await Member.start();
    await using client = clientOf(a, { balancer });
    await using watch = client.watch("k", { heartbeat: false });
    const lease = await client.lease.grant(60);
    await lease.keepAlive();
    const leaders = client.election.observe("e");
    await leaders.next();
    await watch.ready;
    const next = leaders.next();
    next.catch(() => {});
    assertEquals(a.streams(...LASTING), [1, 1, 1]);
    client.setEndpoints(b.endpoint);
    await waitFor("three streams on the other", () => {
      return b.streams(...LASTING).join() === "1,1,1";
    });
    await waitFor("no connection to the one that was removed", () => {
      return a.server.connections.open === 0;
    });
    assertEquals(a.streams(methods.watch.watch), [0]);
    await waitFor(
      "a watch on the other",
      () => watch.state.kind === "live" && watch.state.endpoint === b.endpoint,
    );
    assert(!lease.signal.aborted);
    lease.orphan();
  });
}

Deno.test("Client.setEndpoints() leaves a stream where it is until there is another connection", async () => {
  await using a = await Member.start();
  await using b = await Member.start();
  const gone = await FakeServer.start();
  await gone.close();
  await using client = clientOf(a);
  await using watch = client.watch("k", { heartbeat: false });
  await watch.ready;
  client.setEndpoints(gone.endpoint);
  await waitFor("a dial that failed", () => {
    return client.balancer.endpoints.some(({ lastError }) => lastError);
  });
  assertEquals(watch.state, { kind: "live", endpoint: a.endpoint });
  await using late = client.watch("k", { heartbeat: false });
  await late.ready;
  client.setEndpoints([gone.endpoint, b.endpoint]);
  await waitFor(
    "a watch on the other",
    () => watch.state.kind === "live" && watch.state.endpoint === b.endpoint,
  );
  assertEquals(a.streams(methods.watch.watch), [0]);
});

Deno.test("Client.close() ends a stream that waits to leave its endpoint", async () => {
  await using a = await Member.start();
  const client = clientOf(a);
  const watch = client.watch("k", { heartbeat: false });
  await watch.ready;
  client.setEndpoints("http://127.0.0.1:1");
  await client.close();
  assertEquals(watch.state.kind, "closed");
});

Deno.test("Client.setEndpoints() lets a snapshot come to its end where it is", async () => {
  await using a = await Member.start();
  await using b = await Member.start();
  await using client = clientOf(a);
  const reader = client.maintenance.snapshot().getReader();
  assertEquals((await reader.read()).value?.length, 3);
  client.setEndpoints(b.endpoint);
  await client.cluster.members({ linearizable: false });
  a.gate.resolve();
  assertEquals((await reader.read()).value?.length, 32);
  assert((await reader.read()).done);
  assertEquals(b.server.calls(methods.maintenance.snapshot.path), 0);
});

Deno.test("Client.syncEndpoints() moves the streams that have no end", async () => {
  await using a = await Member.start();
  await using b = await Member.start();
  a.members = [{ name: "b", clientURLs: [b.endpoint] }];
  await using client = clientOf(a);
  await using watch = client.watch("k", { heartbeat: false });
  await watch.ready;
  await client.syncEndpoints();
  await waitFor("a watch on the other", () => b.streams(LASTING[0])[0] === 1);
  await waitFor("none on the first", () => a.streams(LASTING[0])[0] === 0);
});

Deno.test("other SRV records move the streams that have no end", async () => {
  await using dns = await DnsServer.start();
  await using a = await Member.start();
  await using b = await Member.start();
  const lead = (to: Member) =>
    dns.set("_etcd-client._tcp.example.com", [{
      target: "localhost",
      port: Number(new URL(to.endpoint).port),
    }]);
  lead(a);
  await using client = clientOf({ endpoint: "srv://example.com" }, {
    dns: {
      nameServer: { hostname: "127.0.0.1", port: dns.port },
      refreshIntervalMs: 50,
    },
  });
  await using watch = client.watch("k", { heartbeat: false });
  await watch.ready;
  lead(b);
  await waitFor("a watch on the other", () => b.streams(LASTING[0])[0] === 1);
  await waitFor("none on the first", () => a.streams(LASTING[0])[0] === 0);
});
