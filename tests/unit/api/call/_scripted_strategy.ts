import { assert } from "@std/assert";
import { resolveBalancer } from "../../../../balancers/by_name.ts";
import type { WaitOptions } from "../../../../balancers/pool/_pick_queue.ts";
import { ConnectionPool } from "../../../../balancers/pool/_pool.ts";
import type {
  BalancerStrategy,
  ConnectionPolicy,
  PickInfo,
  PickResult,
  PoolView,
  StrategySnapshot,
} from "../../../../balancers/strategy.ts";
import type { CallOutcome } from "../../../../balancers/evidence.ts";
import type { BalancerEvent } from "../../../../balancers/view.ts";
import type { RetryPolicy } from "../../../../errors/retry_policy.ts";
import { FakeClock, seededRandom } from "../../support/_fake_clock.ts";
import {
  endpoints,
  FakeNetwork,
} from "../../balancers/transport/_fake_transport.ts";

/** A pick that is like any other. */
export const INFO: PickInfo = {
  kind: "unary",
  method: "KV.Range",
  attempt: 1,
  tried: [],
};
/** A wait that nothing but an answer ends. */
export const FOREVER: WaitOptions = { timeoutMs: Infinity, signal: undefined };

/** How a call on a connection's first epoch went well. */
export const OUTCOME: Omit<CallOutcome, "connection"> = {
  epoch: 1,
  kind: "unary",
  blame: "none",
  method: "KV.Range",
  provesQuorum: false,
  timedOut: false,
  durationMs: 1,
  endedAtMs: 1,
};

/** A strategy whose hooks a test writes; each is logged. */
export class Scripted implements BalancerStrategy {
  readonly name = "scripted";
  retry: RetryPolicy = resolveBalancer("grpc1.23")({
    dialTimeoutMs: 1,
  }).retry;
  readonly connection: ConnectionPolicy = { pings: false };
  readonly log: string[] = [];
  pool!: PoolView;
  inside = false;
  onStart: () => void = () => {};
  onLook: () => void = () => {};
  onPick: (info: PickInfo) => PickResult = () => ({ action: "wait" });
  onReport: (outcome: CallOutcome) => void = () => {};
  pin: string | undefined;

  start(pool: PoolView): void {
    this.pool = pool;
    this.#hook("start", () => this.onStart());
  }
  pick(info: PickInfo): PickResult {
    return this.#hook(`pick ${info.method}`, () => this.onPick(info));
  }
  onEndpoints(): void {
    this.#hook("endpoints", () => this.onLook());
  }
  onState(): void {
    this.#hook("state", () => this.onLook());
  }
  onOutcome(outcome: CallOutcome): void {
    this.#hook(`outcome ${outcome.blame}`, () => this.onReport(outcome));
  }
  snapshot(): StrategySnapshot {
    return { pin: this.pin, avoided: [] };
  }
  close(): void {
    this.#hook("close", () => {});
  }

  #hook<T>(name: string, run: () => T): T {
    assert(!this.inside, `${name}: entered from inside a hook`);
    this.log.push(name);
    this.inside = true;
    try {
      return run();
    } finally {
      this.inside = false;
    }
  }
}

/** A pool over a fake network. */
export interface Setup<S extends BalancerStrategy> {
  readonly pool: ConnectionPool;
  readonly strategy: S;
  readonly network: FakeNetwork;
  readonly clock: FakeClock;
  readonly events: BalancerEvent[];
}

/** Makes a pool with any strategy. */
export function poolOf<S extends BalancerStrategy>(
  strategy: S,
  names = "ab",
  onEvent?: (event: BalancerEvent) => void,
): Setup<S> {
  const network = new FakeNetwork();
  const clock = new FakeClock({ random: seededRandom(11) });
  const events: BalancerEvent[] = [];
  const pool = new ConnectionPool({
    endpoints: endpoints(names),
    strategy,
    dial: network.dial,
    dialTimeoutMs: 1_000,
    clock,
    onEvent: onEvent ?? ((event) => events.push(event)),
  });
  return { pool, strategy, network, clock, events };
}

/** Uses whichever connection is ready. */
export function anyReady(strategy: Scripted): () => PickResult {
  return () => {
    const connection = strategy.pool.connections
      .find(({ state }) => state === "ready");
    return connection ? { action: "use", connection } : { action: "wait" };
  };
}

/** Dials every endpoint. */
export function connectAll(strategy: Scripted): () => void {
  return () => {
    for (const connection of strategy.pool.connections) connection.connect();
  };
}

/** A pool whose strategy dials all, and uses any that is ready. */
export function scripted(
  names = "ab",
  onEvent?: (event: BalancerEvent) => void,
): Setup<Scripted> {
  const strategy = new Scripted();
  strategy.onStart = connectAll(strategy);
  strategy.onPick = anyReady(strategy);
  return poolOf(strategy, names, onEvent);
}
