// The doctor at real clusters: well, and with each fault that it knows.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { Gateway } from "../../../gateway/mod.ts";
import { diagnose } from "../../../testing/doctor/mod.ts";
import { main } from "../../../tools/doctor/main.ts";
import { type Member, startEtcd } from "../../harness/mod.ts";
import { cluster, startCluster } from "../_cluster.ts";
import { TextSink } from "../../unit/tools/compare/_text_sink.ts";
import { examined } from "./_subject.ts";

startCluster({ members: 3 });

/** The endpoints without the fault proxies in between. */
function direct(): readonly string[] {
  return cluster.members.map(({ directEndpoint }) => directEndpoint);
}

/** Does something to a member, examines, and undoes it. */
async function whileSo(
  member: Member,
  { fault, endpoints = cluster.endpoints }: {
    readonly fault: (member: Member) => Promise<unknown>;
    readonly endpoints?: readonly string[];
  },
) {
  try {
    await fault(member);
    return await examined(endpoints);
  } finally {
    await cluster.reset();
  }
}

Deno.test("diagnose() finds nothing at a cluster that is well", async () => {
  const { found, healthy, endpoints, members, strategies } = await examined(
    cluster.endpoints,
  );
  assertEquals(found, []);
  assert(healthy);
  const leader = await cluster.leader();
  assertEquals(
    members.map(({ id, name, leads, reached, version }) =>
      [id, name, leads, reached, version] as const
    ).toSorted(([, one], [, other]) => one < other ? -1 : 1),
    cluster.members.map(({ id, name }) => [
      id.toString(16),
      name,
      name === leader.name,
      true,
      cluster.binaries.version,
    ]),
  );
  assertEquals(
    endpoints.map(({ endpoint, memberId }) => [endpoint, memberId]),
    cluster.members.map(({ endpoint, id }) => [endpoint, id.toString(16)]),
  );
  assertEquals(
    strategies.map(({ strategy, failed, reads }) => [strategy, failed, reads]),
    BALANCER_NAMES.map((name) => [name, 0, 6]),
  );
  const pinned = strategies.find(({ strategy }) => strategy === "grpc1.7");
  assertEquals(pinned?.connections, 1);
});

Deno.test("deno task doctor ends with 0 where nothing is at fault, and with 1 where something is", async () => {
  const [stdout, stderr] = [new TextSink(), new TextSink()];
  assertEquals(await main(cluster.endpoints, { stdout, stderr }), 0);
  assertStringIncludes(stdout.text, `etcd ${cluster.binaries.version}  leads`);
  assertStringIncludes(stdout.text, "\n0 faults, 0 warnings, 0 notes\n");
  const json = new TextSink();
  const args = [
    `${cluster.endpoints.join(",")},http://127.0.0.1:1`,
    "--json",
    "--timeout-ms=1000",
  ];
  assertEquals(await main(args, { stdout: json, stderr }), 1);
  const { healthy, findings } = JSON.parse(json.text);
  assertEquals([healthy, findings.length], [false, 1]);
  assertEquals(findings[0].code, "refused");
  assertEquals(stderr.text, "");
});

Deno.test("diagnose() names members that no endpoint leads to, or two do", async () => {
  const [first = "", second = ""] = direct();
  const one = await examined(first);
  assertEquals(one.found, [
    "note endpoints_missing m2",
    "note endpoints_missing m3",
  ]);
  const twice = await examined([
    first,
    first.replace("127.0.0.1", "localhost"),
    second,
  ]);
  assertEquals(twice.found, [
    "note endpoints_missing m3",
    "warning same_member cluster",
  ]);
});

Deno.test("diagnose() sees a gateway, which no member advertises", async () => {
  const options = {
    endpoints: direct().map((endpoint) => new URL(endpoint).host),
    listen: "127.0.0.1:0",
  };
  await using pinned = await Gateway.start({
    ...options,
    selection: "failover",
  });
  const { findings } = await examined(`http://${pinned.address}`);
  const codes = findings.map(({ code }) => code).toSorted();
  assertEquals(codes, [
    "endpoints_missing",
    "endpoints_missing",
    "not_advertised",
  ]);
  await using shared = await Gateway.start({
    ...options,
    selection: "roundRobin",
  });
  const { found } = await examined(`http://${shared.address}`);
  assertEquals(found, [`warning many_members http://${shared.address}`]);
});

Deno.test("diagnose() tells a member that is down from one that is silent", async () => {
  const follower = await cluster.follower();
  const { directEndpoint, endpoint } = follower;
  const down = await whileSo(follower, {
    fault: (member) => member.kill(),
    endpoints: direct(),
  });
  assertEquals(down.found, [
    `fault refused ${directEndpoint}`,
    // Its own URL is that of the proxy, which ends connections to it.
    `warning member_unreachable ${follower.name}`,
  ]);
  const behind = await whileSo(follower, { fault: (member) => member.kill() });
  assertEquals(behind.found, [`fault closed ${endpoint}`]);
  const silent = await whileSo(follower, {
    fault: ({ proxy }) => proxy.set({ kind: "blackhole" }),
  });
  assertEquals(silent.found, [`fault no_answer ${endpoint}`]);
  assertEquals(silent.members.filter(({ reached }) => !reached).length, 1);
});

Deno.test("diagnose() sees a member that has lost the others, and which strategies lose calls", async () => {
  const follower = await cluster.follower();
  const { found, strategies } = await whileSo(follower, {
    fault: (member) => cluster.isolate(member),
  });
  assertEquals(
    // `grpc1.0` is not served at all, if that member is the one it has pinned.
    found.filter((text) => text !== "fault strategy_failed grpc1.0"),
    [`fault no_quorum ${follower.endpoint}`],
  );
  const failed = (name: string) =>
    strategies.find(({ strategy }) => strategy === name)?.failed;
  assert((failed("grpc1.23") ?? 0) > 0, "every third read");
  assertEquals(failed("adaptive"), 0);
});

Deno.test("diagnose() sees that a majority is lost", async () => {
  const [last, ...others] = cluster.members;
  assert(last !== undefined);
  const { found, healthy, strategies } = await whileSo(last, {
    fault: () => Promise.all(others.map((member) => member.kill())),
    endpoints: direct(),
  });
  assert(!healthy);
  assert(found.includes(`fault no_quorum ${last.directEndpoint}`), `${found}`);
  assertEquals(
    found.filter((text) => text.startsWith("fault refused")).length,
    2,
  );
  assert(strategies.every(({ reads, failed }) => failed === reads));
});

Deno.test("diagnose() sees endpoints of two clusters", async () => {
  await using other = await startEtcd({ members: 1 });
  const { findings, healthy } = await examined([
    ...direct(),
    ...other.members.map(({ directEndpoint }) => directEndpoint),
  ]);
  assert(!healthy);
  const [finding] = findings;
  assertEquals(finding?.code, "two_clusters");
  for (const member of other.members) {
    assertStringIncludes(finding?.text ?? "", member.directEndpoint);
  }
});

Deno.test("diagnose() ends with the reason of its signal", async () => {
  const abort = new AbortController();
  const reason = new Error("enough");
  const pending = assertRejects(
    () => diagnose(cluster.endpoints, { signal: abort.signal }),
    Error,
    "enough",
  );
  abort.abort(reason);
  await pending;
});
