import type { BalancerStrategy } from "../../../balancers/mod.ts";

/** A strategy that does as another one does, under other policies. */
export function delegatingTo(
  inner: BalancerStrategy,
  policies: Partial<Pick<BalancerStrategy, "retry" | "connection">>,
): BalancerStrategy {
  return {
    name: inner.name,
    retry: inner.retry,
    connection: inner.connection,
    start: (pool) => inner.start(pool),
    pick: (info) => inner.pick(info),
    onEndpoints: () => inner.onEndpoints(),
    onState: () => inner.onState(),
    onOutcome: (outcome) => inner.onOutcome?.(outcome),
    ...inner.onLate && { onLate: (call) => inner.onLate?.(call) ?? "wait" },
    snapshot: () => inner.snapshot(),
    close: () => inner.close(),
    ...policies,
  };
}
