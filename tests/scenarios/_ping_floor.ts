import { type BalancerFactory, resolveBalancer } from "../../balancers/mod.ts";
import { delegatingTo } from "./_delegating.ts";
import type { Subject } from "./scenario.ts";

/** The strategy of a subject, with pings as often as every `minTimeMs`. */
export function withPingFloor(
  subject: Subject,
  minTimeMs: number,
): BalancerFactory {
  const make = resolveBalancer(subject.balancer);
  return (options) =>
    delegatingTo(make(options), { connection: { pings: { minTimeMs } } });
}
