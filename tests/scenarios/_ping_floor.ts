import {
  type BalancerFactory,
  type BalancerStrategy,
  type CallOutcome,
  type ConnectionPolicy,
  type PickInfo,
  type PickResult,
  type PoolView,
  resolveBalancer,
  type RetryPolicy,
  type StrategySnapshot,
} from "../../balancers/mod.ts";
import type { Subject } from "./scenario.ts";

/**
 * The strategy of a subject, but pings may be as close as this. One that has
 * none still has none.
 */
export function withPingFloor(
  { balancer }: Subject,
  minTimeMs: number,
): BalancerFactory {
  return (options) =>
    new Floored(resolveBalancer(balancer)(options), minTimeMs);
}

class Floored implements BalancerStrategy {
  readonly name: string;
  readonly retry: RetryPolicy;
  readonly connection: ConnectionPolicy;
  readonly #inner: BalancerStrategy;

  constructor(inner: BalancerStrategy, minTimeMs: number) {
    this.name = inner.name;
    this.retry = inner.retry;
    this.connection = {
      pings: inner.connection.pings === false ? false : { minTimeMs },
    };
    this.#inner = inner;
  }

  start(pool: PoolView): void {
    this.#inner.start(pool);
  }

  pick(info: PickInfo): PickResult {
    return this.#inner.pick(info);
  }

  onEndpoints(): void {
    this.#inner.onEndpoints();
  }

  onState(): void {
    this.#inner.onState();
  }

  onOutcome(outcome: CallOutcome): void {
    this.#inner.onOutcome?.(outcome);
  }

  snapshot(): StrategySnapshot {
    return this.#inner.snapshot();
  }

  close(): void {
    this.#inner.close();
  }
}
