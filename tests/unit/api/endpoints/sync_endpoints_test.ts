// Client.syncEndpoints() and autoSyncIntervalMs, against fake members.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  Client,
  ClientClosedError,
  type ClientEvent,
  type ClientOptions,
  EtcdError,
  UnavailableError,
} from "../../../../mod.ts";
import { BALANCER_NAMES } from "../../../../balancers/mod.ts";
import { freePorts } from "../../../harness/_ports.ts";
import { FakeStatus, SilentServer, waitFor } from "../../../harness/mod.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import { methods } from "../../../../proto/methods.ts";
import {
  type ListedMember,
  type MemberServer,
  startMember,
} from "../call/_member_server.ts";

function clientOf(
  endpoints: string | readonly string[],
  options: Partial<ClientOptions> = {},
): Client {
  return new Client({
    endpoints,
    dialTimeoutMs: 500,
    requestTimeoutMs: 5_000,
    ...options,
  });
}

function listed(...members: readonly MemberServer[]): readonly ListedMember[] {
  return members.map(({ server }, at) => ({
    name: `m${at}`,
    clientURLs: [server.endpoint],
  }));
}

function urls(client: Client): readonly string[] {
  return client.balancer.endpoints.map(({ endpoint }) => endpoint);
}

Deno.test("Client.syncEndpoints() uses the members that vote and have started", async () => {
  await using a = await startMember();
  await using b = await startMember();
  a.members = [
    ...listed(a, b),
    { name: "learner", clientURLs: ["http://127.0.0.1:1"], isLearner: true },
    { name: "", clientURLs: ["http://127.0.0.1:2"] },
    { name: "", isLearner: true },
  ];
  await using client = clientOf(a.server.endpoint);
  const expected = [a.server.endpoint, b.server.endpoint];
  assertEquals(await client.syncEndpoints(), expected);
  assertEquals(urls(client), expected);
  for (let calls = 0; calls < 4; calls++) await client.range("x");
  await waitFor("a call on the other member", async () => {
    await client.range("x");
    return b.ranges > 0;
  });
});

Deno.test("Client.syncEndpoints() keeps what was given when members name nothing", async () => {
  await using a = await startMember();
  a.members = [{ name: "", clientURLs: [] }, { name: "m1", clientURLs: [] }];
  await using client = clientOf(a.server.endpoint);
  assertEquals(await client.syncEndpoints(), [a.server.endpoint]);
});

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | Client.syncEndpoints() keeps endpoints that work where none that the members name can be reached`, async () => {
    await using a = await startMember();
    await using silent = await SilentServer.start();
    // As etcd's gRPC proxy tells of itself.
    const refused = `127.0.0.1:${(await freePorts(1))[0]}`;
    a.members = [
      { name: "m0", clientURLs: [refused] },
      { name: "m1", clientURLs: [silent.endpoint] },
    ];
    await using client = clientOf(a.server.endpoint, { balancer });
    const error = await assertRejects(
      () => client.syncEndpoints(),
      UnavailableError,
      "none of the members' client URLs can be reached",
    );
    assertStringIncludes(error.message, `http://${refused} (`);
    assertStringIncludes(error.message, `${silent.endpoint} (`);
    assertEquals(urls(client), [a.server.endpoint]);
    const { accepted } = a.server.connections;
    await client.range("x");
    assertEquals(
      a.server.connections.accepted,
      accepted,
      "the same connection",
    );
    // Once one of them can be reached, they are taken.
    await using b = await startMember();
    a.members = [...a.members, ...listed(b)];
    assertEquals(await client.syncEndpoints(), [
      `http://${refused}`,
      silent.endpoint,
      b.server.endpoint,
    ]);
  });
}

Deno.test("autoSyncIntervalMs tells that no member can be reached, and keeps what works", async () => {
  await using a = await startMember();
  a.members = [{
    name: "m0",
    clientURLs: [`127.0.0.1:${(await freePorts(1))[0]}`],
  }];
  const events: ClientEvent[] = [];
  await using client = clientOf(a.server.endpoint, {
    autoSyncIntervalMs: 30,
    onEvent: (event) => events.push(event),
  });
  await client.range("x");
  const failed = () => events.filter(({ type }) => type === "sync_failed");
  await waitFor("two failures", () => failed().length >= 2);
  assertEquals(urls(client), [a.server.endpoint]);
});

Deno.test("Client.syncEndpoints() fails as the call does, and changes nothing", async () => {
  await using a = await startMember();
  a.server.handle(
    methods.cluster.memberList.path,
    () => new FakeStatus(7, "etcdserver: permission denied"),
  );
  await using client = clientOf(a.server.endpoint);
  const error = await assertRejects(() => client.syncEndpoints());
  assertStringIncludes(
    (error as Error).message,
    "Cannot synchronize the endpoints: etcdserver: permission denied",
  );
  assertEquals(urls(client), [a.server.endpoint]);
  const closed = clientOf(a.server.endpoint);
  await closed.close();
  await assertRejects(() => closed.syncEndpoints(), ClientClosedError);
});

Deno.test("Client goes back to what was given when no member can be reached", async () => {
  await using seed = await startMember();
  const gone = await startMember();
  seed.members = listed(gone);
  await using client = clientOf(seed.server.endpoint);
  await client.syncEndpoints();
  await client.range("x");
  assertEquals(gone.ranges, 1);
  await gone.server.close();
  await client.range("x");
  assertEquals(seed.ranges, 1);
  assertEquals(urls(client), [gone.server.endpoint, seed.server.endpoint]);
  seed.members = listed(seed);
  assertEquals(await client.syncEndpoints(), [seed.server.endpoint]);
});

Deno.test("autoSyncIntervalMs follows the members, once the client is used", async () => {
  await using a = await startMember();
  await using b = await startMember();
  a.members = listed(a);
  await using client = clientOf(a.server.endpoint, { autoSyncIntervalMs: 30 });
  const { path } = methods.cluster.memberList;
  await client.range("x");
  await waitFor("two rounds", () => a.server.calls(path) >= 2);
  a.members = listed(a, b);
  await waitFor("the new member", () => urls(client).length === 2);
  b.members = listed(b);
  a.members = listed(b);
  await waitFor(
    "the old one's end",
    () => urls(client).join() === b.server.endpoint,
  );
});

Deno.test("autoSyncIntervalMs tells onEvent what fails, and goes on", async () => {
  await using a = await startMember();
  const { path } = methods.cluster.memberList;
  a.server.handle(path, () => new FakeStatus(13, "out of order"));
  const told: ClientEvent[] = [];
  await using client = clientOf(a.server.endpoint, {
    autoSyncIntervalMs: 10,
    onEvent: (event) => told.push(event),
  });
  await client.range("x");
  const failures = () => told.filter(({ type }) => type === "sync_failed");
  await waitFor("two failures", () => failures().length >= 2);
  assertEquals(urls(client), [a.server.endpoint]);
});

Deno.test("Client.setEndpoints() after a synchronization is what counts", async () => {
  await using a = await startMember();
  await using b = await startMember();
  a.members = listed(a);
  await using client = clientOf(a.server.endpoint);
  await client.syncEndpoints();
  client.setEndpoints(b.server.endpoint);
  await client.range("x");
  assertEquals([a.ranges, b.ranges], [0, 1]);
  await b.server.close();
  // Whether it was sent before the loss was seen does not matter.
  await assertRejects(() => client.range("x", { timeoutMs: 300 }), EtcdError);
  assertEquals(a.ranges, 0);
});

Deno.test("Client.syncEndpoints() leaves out what is no endpoint, and uses the rest", async () => {
  await using a = await startMember();
  await using b = await startMember();
  a.members = [
    { name: "m0", clientURLs: ["http://[fe80::1%25eth0]:2379"] },
    ...listed(a, b),
  ];
  await using client = clientOf(a.server.endpoint);
  assertEquals(await client.syncEndpoints(), [
    a.server.endpoint,
    b.server.endpoint,
  ]);
});

Deno.test("Client.syncEndpoints() asks again if other endpoints are set meanwhile", async () => {
  await using a = await startMember();
  await using b = await startMember();
  const { path } = methods.cluster.memberList;
  const answer = Promise.withResolvers<void>();
  a.server.handle(path, async () => {
    await answer.promise;
    return codecOf("etcdserverpb.MemberListResponse").encode({
      members: listed(a),
    });
  });
  b.members = listed(b);
  await using client = clientOf(a.server.endpoint);
  const synchronized = client.syncEndpoints();
  await waitFor("the question", () => a.server.calls(path) === 1);
  client.setEndpoints(b.server.endpoint);
  answer.resolve();
  assertEquals(await synchronized, [b.server.endpoint]);
  assertEquals(urls(client), [b.server.endpoint]);
});
