import { resolveBalancer } from "../../../balancers/by_name.ts";
import type { Client, ClientOptions, Lease } from "../../../mod.ts";
import {
  type FaultMode,
  type Member,
  metricOf,
  sleep,
  type TestCluster,
  waitFor,
} from "../../harness/mod.ts";
import {
  clientPinnedTo,
  followerOf,
  observer,
  settle,
  settledClient,
  subjectClient,
} from "../steps/clients.ts";
import { fateOf, GRANT, keptLease, msUntil } from "./_kept_lease.ts";
import { withPingFloor } from "../steps/ping_floor.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext } from "../scenario.ts";

/** A fault of the member that the lease is renewed on. */
export interface MemberFault {
  readonly ttlSeconds: number;
  /** How long the lease is looked at. */
  readonly forMs: number;
  /** The pings of the strategies that have them, if they are to ping. */
  readonly pings:
    | { readonly timeMs: number; readonly timeoutMs: number }
    | false;
  /** Puts the fault in effect. */
  begin(target: Member): Promise<void>;
}

/** A lease on one member, which then has a fault. */
export async function runMemberFault(
  context: RunContext,
  { ttlSeconds, forMs, pings, begin }: MemberFault,
): Promise<Recording> {
  const { cluster } = context;
  const target = await followerOf(cluster);
  // Of that member alone at first: otherwise its stream might be elsewhere.
  await using client = subjectClient(context, {
    ...pinging(context, pings),
    endpoints: target.endpoint,
  });
  const lease = await keptLease(client, ttlSeconds, context);
  client.setEndpoints(cluster.endpoints);
  await settle(client);
  await using store = observer(cluster, { except: target });
  const recorder = new Recorder(context, client);
  await begin(target);
  recorder.fault();
  const [fate, leftMs] = await Promise.all([
    fateOf(lease, { forMs, store }),
    msUntil(() => !isReady(client, target), forMs),
  ]);
  return recorder.finish({
    ...fate,
    measures: leftMs === undefined
      ? fate.measures
      : { ...fate.measures, "ms until the connection was given up": leftMs },
  });
}

/** Two of three members die, and live again once a renewal has been due. */
export async function runQuorumLostAndBack(
  context: RunContext,
): Promise<Recording> {
  const { cluster } = context;
  const { client, lease, survivor, others } = await beforeQuorumLoss(
    context,
    10,
  );
  await using _client = client;
  const recorder = new Recorder(context, client);
  await Promise.all(others.map((member) => member.kill()));
  recorder.fault();
  await sleep(lease.ttlSeconds * 1_000 / 3 + 200);
  // Members that start again count from 0.
  const before = await renewals([survivor]);
  await Promise.all(others.map((member) => member.restart()));
  recorder.heal();
  const healedAt = performance.now();
  await waitFor(
    "a renewal, or the loss",
    async () =>
      lease.signal.aborted || await renewals(cluster.members) > before,
  );
  const answeredMs = performance.now() - healedAt;
  await using store = observer(cluster);
  const { lease: fate, measures } = await fateOf(lease, { forMs: 0, store });
  return recorder.finish({
    lease: fate,
    measures: { ...measures, "ms from the return to the answer": answeredMs },
  });
}

/** Two of three members die for good. */
export async function runQuorumLost(context: RunContext): Promise<Recording> {
  const { client, lease, others } = await beforeQuorumLoss(context, 4);
  await using _client = client;
  const recorder = new Recorder(context, client);
  await Promise.all(others.map((member) => member.kill()));
  recorder.fault();
  const forMs = lease.ttlSeconds * 1_000 + 500;
  return recorder.finish(await fateOf(lease, { forMs }));
}

/** Many leases at once, of a caller that waits for none of their renewals. */
export async function runManyLeases(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  const target = await followerOf(cluster);
  await using client = await clientPinnedTo(target, context);
  const recorder = new Recorder(context, client);
  const leases = await Promise.all(
    Array.from({ length: 300 }, () => client.lease.grant(4, GRANT)),
  );
  const before = await renewals(cluster.members);
  for (const lease of leases) lease.keepAlive();
  // The first at once, then one every 1.33 s; half of that is for delays.
  await sleep(4_667);
  const made = await renewals(cluster.members) - before;
  const lost = leases.filter(({ signal }) => signal.aborted);
  return recorder.finish({
    lease: lost.length === 0 ? "kept" : "lost",
    measures: { "renewals per lease in 4.67 s": made / leases.length },
  });
}

/** No member can be reached any more. */
export async function runNoServer(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  await using client = await settledClient(context);
  await using store = observer(cluster);
  const lease = await keptLease(client, 3, context);
  const recorder = new Recorder(context, client);
  await setAll(cluster, { kind: "refuse" });
  recorder.fault();
  return recorder.finish(await fateOf(lease, { forMs: 5_000, store }));
}

/** Somebody else revokes the lease while its holder is cut off. */
export async function runRevokedMeanwhile(
  context: RunContext,
): Promise<Recording> {
  const { cluster } = context;
  await using client = await settledClient(context);
  await using store = observer(cluster);
  const lease = await keptLease(client, 10, context);
  const recorder = new Recorder(context, client);
  await setAll(cluster, { kind: "refuse" });
  recorder.fault();
  const elsewhere = await store.lease.attach(lease.id);
  await elsewhere.revoke();
  await setAll(cluster, { kind: "pass" });
  recorder.heal();
  return recorder.finish(await fateOf(lease, { forMs: 10_000, store }));
}

/** A lease is lost, the next one is kept, and then the client is closed. */
export async function runStreamDeadThenAgain(
  context: RunContext,
): Promise<Recording> {
  const { cluster } = context;
  await using client = await settledClient(context);
  const recorder = new Recorder(context, client);
  const first = await keptLease(client, 2, context);
  await setAll(cluster, { kind: "refuse" });
  recorder.fault();
  const { measures: loss } = await fateOf(first, { forMs: 5_000 });
  await setAll(cluster, { kind: "pass" });
  recorder.heal();
  await recorder.call(() => first.keepAlive());
  const second = await client.lease.grant(2, GRANT);
  await recorder.call(() => second.keepAlive());
  await using store = observer(cluster);
  const { lease } = await fateOf(second, {
    forMs: second.ttlSeconds * 1_000,
    store,
  });
  await client.close();
  await recorder.call(() => second.keepAlive());
  const { measures: end } = await fateOf(second, { forMs: 0 });
  return recorder.finish({ lease, measures: { ...end, ...loss } });
}

async function beforeQuorumLoss(
  context: RunContext,
  ttlSeconds: number,
): Promise<{
  readonly client: Client;
  readonly lease: Lease;
  readonly survivor: Member;
  readonly others: readonly Member[];
}> {
  const survivor = await followerOf(context.cluster);
  const others = context.cluster.members.filter((one) => one !== survivor);
  const client = await clientPinnedTo(survivor, context);
  const lease = await keptLease(client, ttlSeconds, context);
  return { client, lease, survivor, others };
}

/** Pings, where the strategy has them, and as close together as is asked. */
function pinging(
  { subject }: RunContext,
  pings: MemberFault["pings"],
): Partial<ClientOptions> {
  if (pings === false) return {};
  const { connection } = resolveBalancer(subject.balancer)({
    dialTimeoutMs: 1,
  });
  if (connection.pings === false) return {};
  return { balancer: withPingFloor(subject, pings.timeMs), keepAlive: pings };
}

function isReady({ balancer }: Client, target: Member): boolean {
  return balancer.endpoints.some(({ endpoint, state }) =>
    endpoint === target.endpoint && state === "ready"
  );
}

/** How often leases were renewed, by these members' own count. */
function renewals(members: readonly Member[]): Promise<number> {
  return metricOf(members, "etcd_debugging_lease_renewed_total");
}

async function setAll(
  { members }: TestCluster,
  mode: FaultMode,
): Promise<void> {
  await Promise.all(members.map(({ proxy }) => proxy.set(mode)));
}
