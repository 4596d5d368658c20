// Watches, leases and other streams that wait for one of the few that a server
// allows (--max-concurrent-streams), on a real server.
import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  Client,
  type ClientEvent,
  LeaseLostError,
  op,
  type WatchState,
} from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import {
  assertNamesLimit,
  FullClient,
  LIMIT,
  MOST,
  startLimitedMember,
} from "./_limit_subject.ts";
import { cluster, other } from "../_faulty_member.ts";

startLimitedMember();

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

Deno.test("a watch that waits for a stream when its connection is cut waits on the next, and gets its turn", async () => {
  await using full = await FullClient.open("grpc1.23");
  const { client, lease } = full;
  const kinds: string[] = [];
  const watch = client.watch("cut", {
    requireLeader: false,
    onStateChange: ({ kind }) => kinds.push(kind),
  });
  await waitFor("the watch to wait", () => watch.state.kind === "waiting");
  const { dials } = client.balancer;
  await cluster.members[0]?.proxy.set({ kind: "reset" });
  await waitFor("another connection", () => client.balancer.dials > dials);
  lease.orphan();
  await full.watch.close();
  await watch.ready;
  assertEquals(kinds.slice(0, 2), ["waiting", "connecting"]);
  assertStrictEquals(kinds.at(-1), "live");
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
  const timeoutMs = 1_000;
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
  // More than is sent ahead of who reads it, so that the streams stay open.
  for (const part of [0, 1, 2]) {
    await other.put(`large/${part}`, new Uint8Array(1_048_576));
  }
  const readers = [0, 1].map(() => member.snapshot().getReader());
  await Promise.all(readers.map((reader) => reader.read()));
  assertNamesLimit(await assertRejects(() => member.status({ timeoutMs })));
  await Promise.all(readers.map((reader) => reader.cancel()));
  await member.status();
});
