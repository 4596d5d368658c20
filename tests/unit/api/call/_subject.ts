/** The retry loop over a fake network, and the calls that run there. */
import { assert } from "@std/assert";
import { KvFacet } from "../../../../api/kv/_facet.ts";
import { RetryingCaller } from "../../../../api/call/_retrying_caller.ts";
import {
  type BalancerName,
  resolveBalancer,
} from "../../../../balancers/by_name.ts";
import type { ConnectionPool } from "../../../../balancers/pool/_pool.ts";
import {
  type Clock,
  SYSTEM_CLOCK,
} from "../../../../balancers/transport/mod.ts";
import type { FakeClock } from "../../support/_fake_clock.ts";
import { waitFor } from "../../../../testing/wait/mod.ts";
import {
  endpoint,
  type FakeCall,
  type FakeNetwork,
  microtasks,
} from "../../balancers/transport/_fake_transport.ts";
import { poolOf, type Scripted } from "./_scripted_strategy.ts";

const REAL: Clock = { ...SYSTEM_CLOCK, random: () => 0.5 };

/** A reply without fields. */
export const OK: Uint8Array = new Uint8Array();

/** The endpoint of the transport `a`. */
export const A: string = endpoint("a").url;

/** A caller, and what is above and below it. */
export interface Subject {
  readonly pool: ConnectionPool;
  readonly caller: RetryingCaller;
  readonly kv: KvFacet;
  readonly network: FakeNetwork;
  /** The time of the pool: of its dials, and of waits for a connection. */
  readonly poolClock: FakeClock;
}

/** A caller over a pool, with its strategy's retry policy and its own clock. */
export function over(
  { pool, network, strategy, clock: poolClock }: {
    pool: ConnectionPool;
    network: FakeNetwork;
    clock: FakeClock;
    strategy: { readonly retry: Scripted["retry"] };
  },
  clock: Clock = REAL,
): Subject {
  const policy = strategy.retry;
  const caller = new RetryingCaller({
    pool,
    policy,
    timeoutMs: 10_000,
    clock,
  });
  return {
    pool,
    caller,
    kv: new KvFacet(caller, { batching: () => caller }),
    network,
    poolClock,
  };
}

/** A caller over a pool of one of our strategies, not yet connected. */
export function subject(
  name: BalancerName,
  names = "a",
  clock?: Clock,
): Subject {
  const strategy = resolveBalancer(name)({ dialTimeoutMs: 1 });
  return over(poolOf(strategy, names), clock);
}

/** A subject that is connected to everything its strategy wants. */
export function connected(
  name: BalancerName,
  names = "a",
  clock?: Clock,
): Subject {
  const made = subject(name, names, clock);
  made.pool.start();
  for (const one of names) {
    const transport = made.network.at(one);
    if (!transport.aborted) transport.up();
  }
  return made;
}

/** The only call that is running anywhere. */
export async function running({ network }: Subject): Promise<FakeCall> {
  await microtasks();
  const calls = network.dialled.flatMap((one) => [...one.calls]);
  const [call] = calls;
  assert(call && calls.length === 1, `${calls.length} calls are running`);
  return call;
}

/** The next call after a wait of the retry loop. */
export async function next(made: Subject): Promise<FakeCall> {
  await waitFor(
    "a further attempt",
    () => made.network.dialled.some(({ calls }) => calls.size > 0),
    { intervalMs: 1 },
  );
  return await running(made);
}
