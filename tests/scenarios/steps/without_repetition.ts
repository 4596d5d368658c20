import {
  type BalancerFactory,
  resolveBalancer,
} from "../../../balancers/mod.ts";
import { delegatingTo } from "./delegating.ts";
import type { Subject } from "../scenario.ts";

/** The strategy of a subject, under which no call is repeated. */
export function withoutRepetition(subject: Subject): BalancerFactory {
  const make = resolveBalancer(subject.balancer);
  return (options) => {
    const strategy = make(options);
    return delegatingTo(strategy, {
      retry: { ...strategy.retry, maxAttempts: 1 },
    });
  };
}
