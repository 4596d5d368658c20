// deno-lint-ignore-file camelcase -- the class is named as the generation is
import type { RetryPolicy } from "../errors/retry_policy.ts";
import type {
  BalancerStrategy,
  ConnectionPolicy,
  PickResult,
  PoolView,
  StrategySnapshot,
} from "./strategy.ts";
import type { CallOutcome } from "./evidence.ts";
import type { SubConnection } from "./sub_connection.ts";

/**
 * The design of `clientv3-grpc1.0` (etcd 3.1): a connection to every
 * endpoint, one of them pinned for all requests.
 *
 * Only the loss of the pinned connection moves the pin, to any other
 * connection that is up. How calls end changes nothing: a member that accepts
 * bytes and never answers keeps the pin for as long as its connection stands.
 * With one exception: Go's had no learners to meet. Here the pin leaves one that
 * refuses what only voters serve, or it would refuse for ever.
 *
 * Go repeats failed reads without a wait; this one waits 25 ms, as a busy
 * loop is an accident and not a design. In Go a connection is up when TCP and
 * TLS are; here also the server's HTTP/2 settings have arrived, so that what
 * only accepts connections is never pinned. Go gives up an address whose
 * certificate it does not trust; here it is dialled again, as others are.
 */
export class Grpc1_0 implements BalancerStrategy {
  readonly name = "grpc1.0";
  readonly retry: RetryPolicy = {
    maxAttempts: Infinity,
    waitMs: 25,
    jitter: 0.1,
    waitBefore: "attempt",
    repeatOn: ["unavailable", "internal"],
    repeatOnLearner: true,
  };
  readonly connection: ConnectionPolicy = { pings: false };
  #pool!: PoolView;
  #pin: { connection: SubConnection; epoch: number } | undefined;

  start(pool: PoolView): void {
    this.#pool = pool;
    this.onState();
  }

  onEndpoints(): void {
    this.onState();
  }

  onState(): void {
    for (const connection of this.#pool.connections) connection.connect();
    const pin = this.#pin;
    if (
      pin?.connection.state === "ready" && pin.connection.epoch === pin.epoch
    ) return;
    this.#repin(
      pin === undefined ? this.#first() : this.#other(pin.connection),
    );
  }

  pick(): PickResult {
    const pin = this.#pin;
    return pin?.connection.state === "ready"
      ? { action: "use", connection: pin.connection }
      : { action: "wait" };
  }

  onOutcome({ blame, connection, epoch }: CallOutcome): void {
    if (blame !== "learner") return;
    const pin = this.#pin;
    if (pin?.connection !== connection || pin.epoch !== epoch) return;
    this.#repin(this.#other(connection));
  }

  snapshot(): StrategySnapshot {
    return { pin: this.#pin?.connection.endpoint, avoided: [] };
  }

  close(): void {
    this.#pin = undefined;
  }

  #repin(next: SubConnection | undefined): void {
    this.#pin = next && { connection: next, epoch: next.epoch };
  }

  #ready(): SubConnection[] {
    return this.#pool.connections.filter(({ state }) => state === "ready");
  }

  /** The one that was up first takes the first pin, without a draw. */
  #first(): SubConnection | undefined {
    return this.#ready().sort((a, b) => a.epoch - b.epoch)[0];
  }

  /** Any other one that is up; the lost one itself if only that is back. */
  #other(lost: SubConnection): SubConnection | undefined {
    const ready = this.#ready();
    const others = ready.filter((connection) => connection !== lost);
    return others[Math.floor(this.#pool.random() * others.length)] ?? ready[0];
  }
}
