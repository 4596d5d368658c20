import { type BalancerFactory, type BalancerName, Client } from "../mod.ts";
import {
  metricOf,
  sleep,
  type TestCluster,
  waitFor,
} from "../tests/harness/mod.ts";
import {
  followerOf,
  observer,
  settle,
} from "../tests/scenarios/steps/clients.ts";
import { sideBySide } from "../tests/scenarios/steps/side_by_side.ts";
import { startedCalls } from "../tests/scenarios/steps/started_calls.ts";

// A connection counts as quiet after a minute.
const QUIET_MS = 70_000;

/** The fleet, and the times it is looked at. */
export interface FleetOptions {
  readonly balancer: BalancerName | BalancerFactory;
  readonly clients: number;
  /** The length of each of the two looks at it at rest. */
  readonly lookMs: number;
  /** The length of the fault, at most: until then each is to have its event. */
  readonly faultMs: number;
}

/** A fleet that only watches, at rest. */
export interface AtRest {
  /** Of the strategies, on all members. */
  readonly questionsPerSecond: number;
  /** Of all members together; 1 is a processor. */
  readonly etcdCpu: number;
}

/** The load of a fleet that only watches, and what a fault does to it. */
export interface FleetFigures {
  readonly atFirst: AtRest;
  readonly afterAMinute: AtRest;
  /** Clients whose watch was on the member that was frozen. */
  readonly struck: number;
  /** Clients that had no event in `faultMs`. */
  readonly missed: number;
  /** From the fault until the last of the others had its event. */
  readonly lastEventMs: number;
}

/** One client, which watches. */
interface Watcher {
  readonly client: Client;
  readonly endpoint: () => string | undefined;
  readonly events: () => number;
}

/** Puts a fleet on a cluster of three, leaves it at rest, and freezes a follower. */
export async function measureFleet(
  cluster: TestCluster,
  options: FleetOptions,
): Promise<FleetFigures> {
  await cluster.reset();
  const key = `fleet/${crypto.randomUUID()}`;
  await using stack = new AsyncDisposableStack();
  const fleet = await sideBySide(
    Array.from({ length: options.clients }),
    () => startWatcher(cluster, { stack, key, balancer: options.balancer }),
  );
  const atFirst = await lookAt(cluster, options.lookMs);
  await sleep(QUIET_MS);
  const afterAMinute = await lookAt(cluster, options.lookMs);
  const fault = await freezeFollower(cluster, { fleet, key, ...options });
  return { atFirst, afterAMinute, ...fault };
}

async function startWatcher(
  cluster: TestCluster,
  { stack, key, balancer }:
    & { readonly stack: AsyncDisposableStack; readonly key: string }
    & Pick<FleetOptions, "balancer">,
): Promise<Watcher> {
  // Past the proxies, whose time is not etcd's.
  const endpoints = cluster.members.map((member) => member.directEndpoint);
  const client = stack.use(
    new Client({ endpoints, balancer, keepAlive: false }),
  );
  await settle(client);
  // Nothing but the strategy is to find the fault.
  const watch = stack.use(
    client.watch(key, { heartbeat: false, requireLeader: false }),
  );
  let events = 0;
  (async () => {
    for await (const batch of watch) events += batch.events.length;
  })();
  await watch.ready;
  const endpoint = () =>
    watch.state.kind === "live" ? watch.state.endpoint : undefined;
  return { client, endpoint, events: () => events };
}

async function lookAt(cluster: TestCluster, lookMs: number): Promise<AtRest> {
  const look = async () => ({
    atMs: performance.now(),
    questions: await startedCalls(cluster, { method: "Range" }),
    cpuSeconds: await metricOf(cluster.members, "process_cpu_seconds_total"),
  });
  const before = await look();
  await sleep(lookMs);
  const after = await look();
  const seconds = (after.atMs - before.atMs) / 1_000;
  return {
    questionsPerSecond: (after.questions - before.questions) / seconds,
    etcdCpu: (after.cpuSeconds - before.cpuSeconds) / seconds,
  };
}

async function freezeFollower(
  cluster: TestCluster,
  { fleet, key, faultMs }:
    & { readonly fleet: readonly Watcher[]; readonly key: string }
    & Pick<FleetOptions, "faultMs">,
): Promise<Pick<FleetFigures, "struck" | "missed" | "lastEventMs">> {
  const target = await followerOf(cluster);
  const struck =
    fleet.filter(({ endpoint }) => endpoint() === target.directEndpoint).length;
  await using writer = observer(cluster, { except: target });
  await writer.connect();
  const without = () => fleet.filter(({ events }) => events() === 0).length;
  await target.freeze();
  try {
    const frozenAt = performance.now();
    await writer.put(key, "x");
    await waitFor(
      "an event for each client, or the end of the fault",
      () => without() === 0 || performance.now() - frozenAt > faultMs,
      { timeoutMs: faultMs + 5_000, intervalMs: 10 },
    );
    const lastEventMs = performance.now() - frozenAt;
    return { struck, missed: without(), lastEventMs };
  } finally {
    await target.thaw();
  }
}
