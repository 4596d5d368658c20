import { type Endpoint, notPermitted } from "../transport/mod.ts";
import { GuardedStrategy } from "./_guarded_strategy.ts";
import {
  PickQueue,
  type Tried,
  type Waited,
  type WaitOptions,
} from "./_pick_queue.ts";
import { PoolEvents } from "./_events.ts";
import type { PoolOptions } from "./_options.ts";
import { StrategyView } from "./_strategy_view.ts";
import {
  PooledConnection,
  type SubConnectionContext,
} from "./_pooled_connection.ts";
import type { CallOutcome, ConnectionState, PickInfo } from "../strategy.ts";
import type { BalancerSnapshot, EndpointView } from "../view.ts";

// How often in a row a strategy is told of its own changes, per connection.
const MAX_LOOKS = 25;

/**
 * Holds the connections, and lets the strategy decide about them.
 *
 * The strategy is never entered from inside one of its own calls: changes it
 * causes are queued, and told when it has returned. After each call of the
 * strategy the picks that wait are tried again.
 */
export class ConnectionPool {
  readonly #strategy: GuardedStrategy;
  readonly #context: SubConnectionContext;
  readonly #events: PoolEvents | undefined;
  readonly #owner: PoolOptions["owner"];
  /** What is shown with the endpoints, though it is not used. */
  aside: readonly EndpointView[] = [];
  readonly #leaving = new Set<PooledConnection>();
  readonly #tasks: (() => void)[] = [];
  readonly #picks: PickQueue;
  readonly #view: StrategyView;
  #connections: readonly PooledConnection[];
  #phase: "new" | "running" | "closed" = "new";
  #closing: Promise<void> | undefined;
  #inside = false;
  #stateTold = true;
  #looks = 0;
  #epoch = 0;
  #dials = 0;

  constructor(options: PoolOptions) {
    this.#strategy = new GuardedStrategy(options.strategy);
    this.#events = options.onEvent && new PoolEvents(options.onEvent);
    this.#owner = options.owner;
    this.#picks = new PickQueue((info) => this.#pickNow(info));
    this.#context = {
      dial: options.dial,
      dialTimeoutMs: options.dialTimeoutMs,
      clock: options.clock,
      pool: this,
      nextEpoch: () => ++this.#epoch,
      onDial: () => this.#dials++,
      onChange: (connection, before) => this.#changed(connection, before),
    };
    this.#view = new StrategyView({
      clock: options.clock,
      connections: () => this.#connections,
      transportOf: (connection) =>
        this.#connections.find((own) => own === connection)?.transport,
      enter: (task) =>
        this.#enter(() => this.#strategy.run("a timer or probe", task)),
    });
    this.#connections = options.endpoints.map((endpoint) =>
      new PooledConnection(endpoint, this.#context)
    );
  }

  /** How many endpoints there are. */
  get size(): number {
    return this.#connections.length;
  }

  /** Its endpoints, those aside included. */
  get views(): readonly EndpointView[] {
    return [...this.#connections.map((c) => c.view()), ...this.aside];
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#phase === "closed";
  }

  /** Starts the strategy, if that has not been done. */
  start(): void {
    if (this.#phase !== "new") return;
    this.#phase = "running";
    this.#enter(() => this.#strategy.start(this.#view));
    this.#owner?.started();
  }

  /** Picks a connection for one attempt, if there is one now. */
  pick(info: PickInfo): Tried {
    this.start();
    if (this.#phase === "closed") return { action: "closed" };
    // Called by an event's listener: the wait ends when the hook has returned.
    if (this.#inside) return { action: "wait" };
    // What it has done wrong since is somebody's to know.
    const fault = this.#strategy.takeFault();
    if (fault !== undefined) return { action: "fail", error: fault };
    this.#inside = true;
    const result = this.#pickNow(info);
    this.#inside = false;
    if (this.#tasks.length > 0) this.#settle();
    const error = result.action === "wait" && notPermitted(this);
    return error ? { action: "fail", error } : result;
  }

  /** Waits until a pick succeeds, fails, or the caller's time is over. */
  wait(info: PickInfo, options: WaitOptions): Promise<Waited> {
    if (this.closed) return Promise.resolve({ action: "closed" });
    return this.#picks.wait(info, options);
  }

  /** Tells the strategy how a unary call ended. */
  report(outcome: CallOutcome): void {
    if (!this.#strategy.wantsOutcomes || this.closed) return;
    this.#enter(() => this.#strategy.onOutcome(outcome));
  }

  /**
   * Replaces the endpoints. Those in both lists keep their connection; a
   * list with the same endpoints in another order changes nothing.
   */
  setEndpoints(endpoints: readonly Endpoint[]): void {
    this.#enter(() => {
      // Not before: what was asked for before this may still be to be done.
      const wanted = new Map(endpoints.map((one) => [one.url, one]));
      const kept = new Map(this.#connections.map((c) => [c.endpoint, c]));
      if (new Set(wanted.keys()).symmetricDifference(kept).size === 0) return;
      this.#forgetClosed();
      for (const connection of this.#connections) {
        if (wanted.has(connection.endpoint)) continue;
        connection.remove();
        this.#leaving.add(connection);
      }
      this.#connections = [...wanted.values()].map((endpoint) =>
        kept.get(endpoint.url) ?? new PooledConnection(endpoint, this.#context)
      );
      if (this.#phase === "running") this.#strategy.onEndpoints();
    });
  }

  /** What is going on, for people and reports. */
  snapshot(): BalancerSnapshot {
    const { pin, avoided } = this.#phase === "running"
      ? this.#strategy.snapshot()
      : { pin: undefined, avoided: [] };
    this.#forgetClosed();
    return {
      strategy: this.#strategy.name,
      pin,
      avoided,
      endpoints: this.views,
      connections: [...this.#connections, ...this.#leaving]
        .reduce((sum, connection) => sum + connection.sockets, 0),
      dials: this.#dials,
    };
  }

  /** Ends everything now; resolves when no socket is open. Idempotent. */
  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Set first: what closes is told as events, whose listener may close too.
    this.#closing = promise;
    const started = this.#phase === "running";
    this.#phase = "closed";
    this.#tasks.length = 0;
    this.#view.cancelAll();
    this.#picks.close();
    const all = [...this.#connections, ...this.#leaving];
    Promise.all(all.map((c) => c.shutdown())).then(() => {
      const fault = this.#strategy.takeUntold();
      if (fault === undefined) resolve();
      else reject(fault);
    });
    if (started) this.#enter(() => this.#strategy.close());
    return promise;
  }

  #pickNow(info: PickInfo): Tried {
    const result = this.#strategy.pick(info);
    if (result.action !== "use") return result;
    const { connection } = result;
    if (!(connection instanceof PooledConnection && connection.isOf(this))) {
      const error = this.#strategy.mistake(
        "pick() returned a connection that is not one of this client's",
      );
      return { action: "fail", error };
    }
    const { transport } = connection;
    return transport === undefined
      ? { action: "wait" }
      : { action: "use", connection, transport, epoch: connection.epoch };
  }

  #changed(connection: PooledConnection, before: ConnectionState): void {
    this.#events?.changed(connection, before);
    if (connection.state === "failing") this.#owner?.failing();
    if (this.#phase !== "running" || !this.#stateTold) return;
    this.#stateTold = false;
    this.#enter(() => {
      this.#stateTold = true;
      const most = MAX_LOOKS * (1 + this.#connections.length);
      if (this.#looks++ < most) this.#strategy.onState();
      else this.#strategy.restless();
    });
  }

  #enter(task: () => void): void {
    this.#tasks.push(task);
    if (!this.#inside) this.#settle();
  }

  #settle(): void {
    this.#inside = true;
    this.#looks = 0;
    do {
      for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) {
        task();
      }
      this.#picks.retry();
      if (this.#phase === "running" && this.#events !== undefined) {
        this.#events.decided(this.#strategy.snapshot());
        // Who listens may have asked for a connection.
        this.#picks.retry();
      }
    } while (this.#tasks.length > 0);
    if (this.#picks.waiting) {
      const fault = this.#strategy.takeFault() ?? notPermitted(this);
      if (fault !== undefined) this.#picks.fail(fault);
    }
    this.#inside = false;
  }

  #forgetClosed(): void {
    for (const connection of this.#leaving) {
      if (connection.gone) this.#leaving.delete(connection);
    }
  }
}
