import type { Clock, Dial, Endpoint } from "../transport/mod.ts";
import type { BalancerStrategy } from "../strategy.ts";
import type { BalancerEvent } from "../view.ts";

/** The parts that a pool is made of. */
export interface PoolOptions {
  /** The endpoints, without duplicates. */
  readonly endpoints: readonly Endpoint[];
  /** The strategy; it belongs to this pool from now on. */
  readonly strategy: BalancerStrategy;
  /** Makes transports. */
  readonly dial: Dial;
  /** The time one dial may take, in milliseconds. */
  readonly dialTimeoutMs: number;
  /** Time and randomness. */
  readonly clock: Clock;
  /** Called at each change. */
  readonly onEvent: ((event: BalancerEvent) => void) | undefined;
  /** Told when it is first used, and when a connection fails. */
  readonly owner?: { started(): void; failing(): void };
}
