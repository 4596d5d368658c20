import { resolveBalancer } from "../../balancers/by_name.ts";
import type { BalancerFactory } from "../../mod.ts";
import type { Subject } from "./scenario.ts";

/** The same strategy, but it accepts pings that are closer together. */
export function withPingFloor(
  subject: Subject,
  minTimeMs: number,
): BalancerFactory {
  return (options) => {
    const strategy = resolveBalancer(subject.balancer)(options);
    if (strategy.connection.pings === false) return strategy;
    return {
      name: strategy.name,
      retry: strategy.retry,
      connection: { pings: { minTimeMs } },
      start: (pool) => strategy.start(pool),
      pick: (info) => strategy.pick(info),
      onEndpoints: () => strategy.onEndpoints(),
      onState: () => strategy.onState(),
      onOutcome: (outcome) => strategy.onOutcome?.(outcome),
      snapshot: () => strategy.snapshot(),
      close: () => strategy.close(),
    };
  };
}
