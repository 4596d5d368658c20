// Leases that are kept alive at a member that is cut off from the others.
import {
  assert,
  assertEquals,
  assertFalse,
  assertNotEquals,
} from "@std/assert";
import { Client, type LeaseRenewal } from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";

startThreeMembers();

Deno.test("Lease.keepAlive() leaves a member without a leader long before a renewal is due, and tells where it goes on", async () => {
  await using client = new Client({
    endpoints: cluster.endpoints,
    balancer: "grpc1.23",
    keepAlive: false,
  });
  // Due again after 100 s: it is not the lack of an answer that is noticed.
  const lease = await client.lease.grant(300);
  const told: LeaseRenewal[] = [];
  await lease.keepAlive({ onRenewal: (renewal) => told.push(renewal) });
  const { header } = await client.put("after", "");
  assertEquals(told.length, 1);
  const [first] = told;
  assert(first !== undefined && first.header.revision > 0n);
  assert(first.header.revision < header.revision);
  assertEquals(first.ttlSeconds, 300);
  const cutOff = cluster.members.find(({ endpoint }) =>
    endpoint === first.endpoint
  );
  assert(cutOff !== undefined);
  await cluster.isolate(cutOff);
  await waitFor(
    "a renewal at another member",
    () => told.some(({ endpoint }) => endpoint !== first.endpoint),
    { timeoutMs: 40_000 },
  );
  const last = told.at(-1);
  assert(last !== undefined);
  assertNotEquals(last.header.memberId, first.header.memberId);
  assertEquals(lease.state, { kind: "live", endpoint: last.endpoint });
  assertFalse(lease.signal.aborted);
  await cluster.heal();
  await lease.revoke();
});
