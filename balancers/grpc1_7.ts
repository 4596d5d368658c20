// deno-lint-ignore-file camelcase -- the class is named as the generation is
import type { RetryPolicy } from "../errors/retry_policy.ts";
import type {
  BalancerOptions,
  BalancerStrategy,
  ConnectionPolicy,
  PickResult,
  PoolView,
  StrategySnapshot,
} from "./strategy.ts";
import type { CallOutcome } from "./evidence.ts";
import type { SubConnection } from "./sub_connection.ts";

/** The shortest time an endpoint stays on the unhealthy list. */
const MIN_WINDOW_MS = 3_000;
const PROBE_TIMEOUT_MS = 1_000;

/**
 * The design of `clientv3-grpc1.7` (etcd 3.2.10 to 3.3.13): all live
 * endpoints are dialled, the first one up is pinned and the others are
 * dropped, so that one connection carries everything.
 *
 * A call that the error handler blames on the member or the connection puts
 * the pinned endpoint on the unhealthy list and moves the pin, and so does
 * the loss of the connection. Calls that still run on the old connection end
 * there by themselves. Listed endpoints are not dialled while another is
 * there; an entry leaves the list at the first sweep after its window of
 * max(dial timeout, 3 s), thus after one to two windows.
 *
 * Go repeats failed reads without a wait; this one waits 25 ms, as a busy loop
 * is an accident and not a design. Go pings as often as it is told; this one
 * no more often than etcd accepts, every 5 s. Go's had no learners to meet: a
 * call that one refuses is sent to another member here. In Go a connection is up when TCP
 * and TLS are; here also the server's HTTP/2 settings have arrived. And a call
 * to one member, which Go blames on whatever is pinned, is not told to it.
 */
export class Grpc1_7 implements BalancerStrategy {
  readonly name = "grpc1.7";
  readonly retry: RetryPolicy = {
    maxAttempts: Infinity,
    waitMs: 25,
    jitter: 0.1,
    waitBefore: "attempt",
    repeatOn: ["unavailable"],
    repeatOnLearner: true,
  };
  readonly connection: ConnectionPolicy = { pings: { minTimeMs: 5_000 } };
  readonly #windowMs: number;
  readonly #unhealthy = new Map<string, number>();
  #pool!: PoolView;
  #pin: { connection: SubConnection; epoch: number } | undefined;
  #probe: { readonly connection: SubConnection; cancel(): void } | undefined;

  constructor(options: BalancerOptions) {
    this.#windowMs = Math.max(options.dialTimeoutMs, MIN_WINDOW_MS);
  }

  start(pool: PoolView): void {
    this.#pool = pool;
    this.#publish();
    const sweep = () => {
      this.#sweep();
      pool.schedule(this.#windowMs, sweep);
    };
    pool.schedule(this.#windowMs, sweep);
  }

  onEndpoints(): void {
    this.#unhealthy.clear();
    this.#dropProbe();
    const pin = this.#pin;
    if (pin !== undefined && !this.#pool.connections.includes(pin.connection)) {
      this.#pin = undefined;
      this.#redial();
      return;
    }
    this.onState();
  }

  onState(): void {
    const pin = this.#pin;
    if (pin !== undefined) {
      const { connection, epoch } = pin;
      if (connection.state === "ready" && connection.epoch === epoch) {
        this.#publish();
        return;
      }
      this.#unpin();
    }
    this.#pinFirst();
    this.#publish();
  }

  pick(): PickResult {
    const pin = this.#pin;
    return pin?.connection.state === "ready" &&
        pin.connection.epoch === pin.epoch
      ? { action: "use", connection: pin.connection }
      : { action: "wait" };
  }

  onOutcome({ blame, connection, epoch }: CallOutcome): void {
    if (blame === "none" || blame === "call") return;
    const pin = this.#pin;
    // Calls that failed together must not blame the transport after theirs.
    if (pin?.connection !== connection || pin.epoch !== epoch) return;
    this.#unpin();
    this.#redial();
  }

  snapshot(): StrategySnapshot {
    const now = this.#pool.now();
    return {
      pin: this.#pin?.connection.endpoint,
      avoided: [...this.#unhealthy].map(([endpoint, since]) => ({
        endpoint,
        ageMs: now - since,
      })),
    };
  }

  close(): void {
    this.#pin = undefined;
    this.#unhealthy.clear();
  }

  /** The endpoints worth dialling: all, if none or all of them are listed. */
  #live(): readonly SubConnection[] {
    const { connections } = this.#pool;
    const healthy = connections.filter(({ endpoint }) =>
      !this.#unhealthy.has(endpoint)
    );
    return healthy.length === 0 ? connections : healthy;
  }

  /** Keeps exactly the wanted connections: the pin, or all live ones. */
  #publish(): void {
    const wanted = this.#pin ? [this.#pin.connection] : this.#live();
    for (const connection of this.#pool.connections) {
      if (wanted.includes(connection)) connection.connect();
      else connection.disconnect();
    }
  }

  /** Drops everything first, so that the dials start without a backoff. */
  #redial(): void {
    for (const connection of this.#pool.connections) connection.disconnect();
    this.#publish();
  }

  #unpin(): void {
    const pin = this.#pin;
    if (pin === undefined) return;
    this.#pin = undefined;
    if (pin.connection.state === "closed") return;
    this.#unhealthy.set(pin.connection.endpoint, this.#pool.now());
  }

  #pinFirst(): void {
    const ready = this.#pool.connections
      .filter(({ state }) => state === "ready")
      .sort((a, b) => a.epoch - b.epoch);
    for (const connection of ready) {
      if (!this.#mayPin(connection)) continue;
      this.#dropProbe();
      this.#pin = { connection, epoch: connection.epoch };
      return;
    }
  }

  #mayPin(connection: SubConnection): boolean {
    const since = this.#unhealthy.get(connection.endpoint);
    const { connections } = this.#pool;
    if (since === undefined || connections.length === 1) return true;
    if (this.#unhealthy.size === connections.length) return true;
    if (this.#pool.now() - since < this.#windowMs) return false;
    this.#startProbe(connection);
    return false;
  }

  #dropProbe(): void {
    this.#probe?.cancel();
    this.#probe = undefined;
  }

  // A listed endpoint is disconnected, so over real connections none comes up
  // here; the contract allows it (steps may be skipped), and then its health
  // decides, as in Go.
  #startProbe(connection: SubConnection): void {
    if (this.#probe?.connection === connection) return;
    this.#dropProbe();
    const cancel = this.#pool.probe(connection, PROBE_TIMEOUT_MS, (healthy) => {
      this.#probe = undefined;
      if (healthy) this.#unhealthy.delete(connection.endpoint);
      else this.#unhealthy.set(connection.endpoint, this.#pool.now());
      this.onState();
    });
    this.#probe = { connection, cancel };
  }

  #sweep(): void {
    const now = this.#pool.now();
    for (const [endpoint, since] of this.#unhealthy) {
      if (now - since > this.#windowMs) this.#unhealthy.delete(endpoint);
    }
    const pin = this.#pin;
    if (pin && !this.#unhealthy.has(pin.connection.endpoint)) return;
    this.#unpin();
    this.#redial();
  }
}
