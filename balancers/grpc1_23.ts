// deno-lint-ignore-file camelcase -- the class is named as the generation is
import type { RetryPolicy } from "../errors/retry_policy.ts";
import type {
  BalancerStrategy,
  ConnectionPolicy,
  PickResult,
  PoolView,
  StrategySnapshot,
} from "./strategy.ts";
import type { SubConnection } from "./sub_connection.ts";

/**
 * The design of `clientv3-grpc1.23` (etcd 3.4 and later, the default): one
 * sub-connection for each endpoint, and each request goes to the next one
 * that is ready.
 *
 * The strategy remembers nothing about health. A member that is connected but cannot
 * serve gets its share of the calls, and the handler repeats those that may
 * be repeated.
 *
 * Go never pings more often than every 10 s with this design. This one
 * accepts what etcd accepts, 5 s.
 */
export class Grpc1_23 implements BalancerStrategy {
  readonly name = "grpc1.23";
  readonly retry: RetryPolicy = {
    maxAttempts: 100,
    waitMs: 25,
    jitter: 0.1,
    waitBefore: "quorum",
    repeatOn: ["unavailable"],
    resendRefused: true,
    repeatOnLearner: true,
  };
  readonly connection: ConnectionPolicy = { pings: { minTimeMs: 5_000 } };
  #pool!: PoolView;
  #ring: { connection: SubConnection; epoch: number }[] = [];
  #next = 0;

  start(pool: PoolView): void {
    this.#pool = pool;
    this.onState();
  }

  onEndpoints(): void {
    this.onState();
  }

  onState(): void {
    const { connections } = this.#pool;
    for (const connection of connections) connection.connect();
    const ready = connections.filter(({ state }) => state === "ready");
    const same = ready.length === this.#ring.length &&
      this.#ring.every(({ connection, epoch }, index) =>
        connection === ready[index] && connection.epoch === epoch
      );
    if (same) return;
    this.#ring = ready.map((connection) => ({
      connection,
      epoch: connection.epoch,
    }));
    // A drawn start, or the first stream of every client would land on the
    // first endpoint.
    this.#next = Math.floor(this.#pool.random() * ready.length);
  }

  pick(): PickResult {
    const ring = this.#ring;
    for (let tries = 0; tries < ring.length; tries++) {
      const at = this.#next;
      this.#next = (at + 1) % ring.length;
      const connection = ring[at]?.connection;
      // One may have been lost since the last look.
      if (connection?.state === "ready") return { action: "use", connection };
    }
    return { action: "wait" };
  }

  snapshot(): StrategySnapshot {
    return { pin: undefined, avoided: [] };
  }

  close(): void {
    this.#ring = [];
  }
}
