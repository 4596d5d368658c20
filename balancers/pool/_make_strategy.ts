import { BalancerError } from "../../errors/balancer_error.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { type BalancerName, resolveBalancer } from "../by_name.ts";
import type {
  BalancerFactory,
  BalancerOptions,
  BalancerStrategy,
} from "../strategy.ts";

const HOOKS = [
  "start",
  "pick",
  "onEndpoints",
  "onState",
  "snapshot",
  "close",
] as const;

/**
 * Makes the strategy of a client.
 *
 * @throws {InvalidOptionError} If it is none.
 * @throws {BalancerError} If its factory throws.
 */
export function makeStrategy(
  balancer: BalancerName | BalancerFactory,
  options: BalancerOptions,
): BalancerStrategy {
  const factory = resolveBalancer(balancer);
  let strategy: BalancerStrategy;
  try {
    strategy = factory(options);
  } catch (cause) {
    if (cause instanceof EtcdError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const balancer = factory.name || "without a name";
    throw new BalancerError(
      `Cannot use the balancer '${balancer}': its factory threw: ${reason}`,
      { balancer, cause },
    );
  }
  const problem = problemOf(strategy);
  if (problem === undefined) return strategy;
  throw new InvalidOptionError("balancer", strategy, {
    expected: `a factory that returns a strategy ${problem}`,
  });
}

/** Describes what is missing of a strategy, if anything is. */
function problemOf(strategy: Partial<BalancerStrategy>): string | undefined {
  if (typeof strategy !== "object" || strategy === null) {
    return "object";
  }
  const missing = HOOKS.find((hook) => typeof strategy[hook] !== "function");
  if (missing !== undefined) return `that has '${missing}()'`;
  if (typeof strategy.name !== "string") return "that has a 'name'";
  const pings = strategy.connection?.pings;
  if (pings !== false && !(Number(pings?.minTimeMs) >= 0)) {
    return "whose 'connection.pings' are false or have 'minTimeMs'";
  }
  const { maxAttempts, waitMs, jitter, waitBefore, repeatOn } =
    strategy.retry ?? {};
  const sound = Number(maxAttempts) >= 1 &&
    Number.isFinite(waitMs) && Number(waitMs) >= 0 &&
    Number(jitter) >= 0 && Number(jitter) <= 1 &&
    (waitBefore === "attempt" || waitBefore === "quorum") &&
    Array.isArray(repeatOn);
  return sound ? undefined : "whose 'retry' is a RetryPolicy";
}
