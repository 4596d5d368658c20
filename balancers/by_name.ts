import { InvalidOptionError } from "../errors/invalid_option_error.ts";
import { adaptive } from "./adaptive/mod.ts";
import { Grpc1_0 } from "./grpc1_0.ts";
import { Grpc1_23 } from "./grpc1_23.ts";
import { Grpc1_7 } from "./grpc1_7.ts";
import type { BalancerFactory } from "./strategy.ts";

/** The names of the strategies that come with this client. */
export type BalancerName = "grpc1.0" | "grpc1.7" | "grpc1.23" | "adaptive";

const BY_NAME: Readonly<Record<BalancerName, BalancerFactory>> = {
  "grpc1.0": () => new Grpc1_0(),
  "grpc1.7": (options) => new Grpc1_7(options),
  "grpc1.23": () => new Grpc1_23(),
  "adaptive": adaptive(),
};

/** The names in {@linkcode BalancerName}, oldest design first. */
export const BALANCER_NAMES: readonly BalancerName[] = [
  "grpc1.0",
  "grpc1.7",
  "grpc1.23",
  "adaptive",
];

/**
 * The factory behind the `balancer` option; a strategy of your own can build
 * on one of them.
 *
 * @throws {InvalidOptionError} If it is neither a known name nor a function.
 */
export function resolveBalancer(
  balancer: BalancerName | BalancerFactory,
): BalancerFactory {
  if (typeof balancer === "function") return balancer;
  if (Object.hasOwn(BY_NAME, balancer)) return BY_NAME[balancer];
  throw new InvalidOptionError("balancer", balancer, {
    expected: `one of ${BALANCER_NAMES.join(", ")} or a factory`,
  });
}
