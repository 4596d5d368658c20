import {
  type BalancerFactory,
  resolveBalancer,
} from "../../../balancers/mod.ts";
import { delegatingTo } from "./delegating.ts";
import type { Subject } from "../scenario.ts";

/**
 * The strategy of a subject, with pings as often as every `minTimeMs`; one that
 * has none stays without.
 */
export function withPingFloor(
  subject: Subject,
  minTimeMs: number,
): BalancerFactory {
  const make = resolveBalancer(subject.balancer);
  return (options) => {
    const strategy = make(options);
    return strategy.connection.pings === false
      ? strategy
      : delegatingTo(strategy, { connection: { pings: { minTimeMs } } });
  };
}
