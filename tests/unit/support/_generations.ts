import { BALANCER_NAMES, type BalancerName } from "../../../balancers/mod.ts";

/**
 * The strategies that ask members nothing of their own accord: a server that a
 * test tells what to do with the first call, and the second, sees those of the
 * test alone.
 */
export const GENERATIONS: readonly BalancerName[] = BALANCER_NAMES.filter(
  (name) => name !== "adaptive",
);
