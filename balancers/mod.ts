/**
 * The three balancer strategies of etcd's Go client, a fourth that goes by
 * evidence, and the contract for one of your own.
 *
 * A strategy is a synchronous object that decides which connections there are
 * and which one a call uses. It is chosen by the client's `balancer` option,
 * by name or as a factory:
 *
 * ```ts
 * import { type BalancerFactory, resolveBalancer } from "@etcdeno/client/balancers";
 *
 * // Round robin that tells how often it was asked.
 * let picks = 0;
 * const counting: BalancerFactory = (options) => {
 *   const inner = resolveBalancer("grpc1.23")(options);
 *   return {
 *     name: "counting",
 *     retry: inner.retry,
 *     connection: inner.connection,
 *     start: (pool) => inner.start(pool),
 *     pick(info) {
 *       picks++;
 *       return inner.pick(info);
 *     },
 *     onEndpoints: () => inner.onEndpoints(),
 *     onState: () => inner.onState(),
 *     snapshot: () => inner.snapshot(),
 *     close: () => inner.close(),
 *   };
 * };
 * console.log(counting({ dialTimeoutMs: 5_000 }).name, picks);
 * ```
 *
 * @module
 */
export type {
  BalancerFactory,
  BalancerOptions,
  BalancerStrategy,
  ConnectionPolicy,
  PickInfo,
  PickResult,
  PoolView,
  Standing,
  StrategySnapshot,
} from "./strategy.ts";
export type {
  Answer,
  CallKind,
  CallOutcome,
  Inquiry,
  LateCall,
  Question,
} from "./evidence.ts";
export type { ConnectionState, SubConnection } from "./sub_connection.ts";
export type { BalancerEvent, BalancerSnapshot, EndpointView } from "./view.ts";
export { adaptive, type AdaptiveOptions } from "./adaptive/mod.ts";
export {
  BALANCER_NAMES,
  type BalancerName,
  resolveBalancer,
} from "./by_name.ts";
export type { Blame, RetryPolicy } from "../errors/retry_policy.ts";
