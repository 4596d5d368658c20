import { type Endpoint, hopeless } from "../transport/mod.ts";
import { GuardedStrategy } from "./_guarded_strategy.ts";
import {
  PickQueue,
  type Tried,
  type Waited,
  type WaitOptions,
} from "./_pick_queue.ts";
import { PoolEvents } from "./_events.ts";
import { FollowedCalls } from "./_followed_calls.ts";
import type { PoolOptions } from "./_options.ts";
import { StrategyQueue } from "./_strategy_queue.ts";
import { StrategyView } from "./_strategy_view.ts";
import {
  PooledConnection,
  type PooledConnectionContext,
} from "./_pooled_connection.ts";
import type { CallOutcome } from "../evidence.ts";
import type { ConnectionState } from "../sub_connection.ts";
import type { PickInfo } from "../strategy.ts";
import type { BalancerSnapshot, EndpointView } from "../view.ts";

type Phase =
  | { readonly name: "new" | "running" }
  /** Resolves when no socket is open any more. */
  | { readonly name: "closed"; readonly done: Promise<void> };

/**
 * Holds the connections, and lets the strategy decide about them.
 *
 * The strategy is never entered from inside one of its own calls: changes it
 * causes are queued, and told when it has returned. After each call of the
 * strategy the picks that wait are tried again.
 */
export class ConnectionPool {
  readonly #strategy: GuardedStrategy;
  readonly #context: PooledConnectionContext;
  /** Tells the listener, if there is one. */
  readonly events: PoolEvents | undefined;
  readonly #owner: PoolOptions["owner"];
  /** Endpoints that are shown with the others, though none is connected to. */
  endpointsForDisplay: readonly EndpointView[] = [];
  /** The calls and streams that the strategy may move. */
  readonly followed: FollowedCalls;
  /** Whether the strategy asks how calls end, and which are late. */
  readonly wants: GuardedStrategy["wants"];
  readonly #leaving = new Set<PooledConnection>();
  readonly #queue: StrategyQueue;
  readonly #picks: PickQueue;
  readonly #view: StrategyView;
  #connections: readonly PooledConnection[];
  #phase: Phase = { name: "new" };
  #epoch = 0;
  #dials = 0;

  constructor(options: PoolOptions) {
    this.#strategy = new GuardedStrategy(options.strategy);
    this.wants = this.#strategy.wants;
    this.events = options.onEvent && new PoolEvents(options.onEvent);
    this.#owner = options.owner;
    this.#queue = new StrategyQueue(this.#strategy, {
      connections: () => this.#connections.length,
      onTasksDone: () => this.#servePicks(),
      onSettled: () => this.#failPicks(),
    });
    this.#picks = new PickQueue(options.clock, (info) => this.#pickNow(info));
    this.followed = new FollowedCalls(
      options.clock,
      (call) => this.#queue.ask(() => this.#strategy.onLate(call)),
    );
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
      // Later: what leaves picks again.
      vacate: (connection) =>
        queueMicrotask(() => this.followed.vacate(connection)),
      enter: (task) =>
        this.#queue.add(() => this.#strategy.run("a timer or probe", task)),
    });
    this.#connections = options.endpoints.map((endpoint) =>
      new PooledConnection(endpoint, this.#context)
    );
  }

  /** The number of endpoints. */
  get size(): number {
    return this.#connections.length;
  }

  /** The endpoints, with those that are only for display. */
  get views(): readonly EndpointView[] {
    return [
      ...this.#connections.map((c) => c.view()),
      ...this.endpointsForDisplay,
    ];
  }

  /** Whether the pool was closed. */
  get closed(): boolean {
    return this.#phase.name === "closed";
  }

  /** Starts the strategy, if that has not been done. */
  start(): void {
    if (this.#phase.name !== "new") return;
    this.#phase = { name: "running" };
    this.#queue.add(() => this.#strategy.start(this.#view));
    this.#owner?.started();
  }

  /** Picks a connection for one attempt, if there is one now. */
  pick(info: PickInfo): Tried {
    this.start();
    if (this.closed) return { action: "closed" };
    // Called by an event's listener: the wait ends when the hook has returned.
    if (this.#queue.running) return { action: "wait" };
    // Whoever comes next is told of a fault that nobody waited for.
    const fault = this.#strategy.takeFault();
    if (fault !== undefined) return { action: "fail", error: fault };
    const result = this.#queue.ask(() => this.#pickNow(info));
    const error = result.action === "wait" && hopeless(this);
    return error ? { action: "fail", error } : result;
  }

  /** Waits until a pick succeeds, fails, or the caller's time is over. */
  wait(info: PickInfo, options: WaitOptions): Promise<Waited> {
    if (this.closed) return Promise.resolve({ action: "closed" });
    return this.#picks.wait(info, options);
  }

  /** Tells the strategy how a unary call ended. */
  report(outcome: CallOutcome): void {
    if (!this.wants.outcomes || this.closed) return;
    this.#queue.add(() => this.#strategy.onOutcome(outcome));
  }

  /**
   * Replaces the endpoints. Those in both lists keep their connection; a
   * list with the same endpoints in another order changes nothing.
   */
  setEndpoints(endpoints: readonly Endpoint[]): void {
    this.#queue.add(() => {
      // Compared only now: an earlier change of the endpoints may have waited.
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
      if (this.#phase.name === "running") this.#strategy.onEndpoints();
    });
  }

  /** The state of the pool, for people and reports. */
  snapshot(): BalancerSnapshot {
    this.#forgetClosed();
    return {
      strategy: this.#strategy.name,
      ...this.#strategy.snapshot(),
      endpoints: this.views,
      connections: [...this.#connections, ...this.#leaving]
        .reduce((sum, connection) => sum + connection.sockets, 0),
      dials: this.#dials,
    };
  }

  /** Ends everything now; resolves when no socket is open. Idempotent. */
  close(): Promise<void> {
    if (this.#phase.name === "closed") return this.#phase.done;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Set first: a listener is told of each connection, and may close too.
    const started = this.#phase.name === "running";
    this.#phase = { name: "closed", done: promise };
    this.#queue.clear();
    this.#view.cancelAll();
    this.followed.close();
    this.#picks.close();
    const all = [...this.#connections, ...this.#leaving];
    Promise.all(all.map((c) => c.shutdown())).then(() => {
      const fault = this.#strategy.takeUnreported();
      if (fault === undefined) resolve();
      else reject(fault);
    });
    if (started) this.#queue.add(() => this.#strategy.close());
    return promise;
  }

  #pickNow(info: PickInfo): Tried {
    const result = this.#strategy.pick(info);
    if (result.action !== "use") return result;
    const { connection, lateMs } = result;
    if (!(connection instanceof PooledConnection && connection.isOf(this))) {
      const error = this.#strategy.mistake(
        "pick() returned a connection that is not one of this client's",
      );
      return { action: "fail", error };
    }
    const { transport } = connection;
    return transport === undefined ? { action: "wait" } : {
      action: "use",
      connection,
      transport,
      epoch: connection.epoch,
      lateMs,
    };
  }

  #changed(connection: PooledConnection, before: ConnectionState): void {
    this.events?.changed(connection, before);
    if (connection.state === "failing") this.#owner?.failing();
    if (this.#phase.name === "running") this.#queue.addStateRound();
  }

  #servePicks(): void {
    this.#picks.retry();
    if (this.#phase.name !== "running" || this.events === undefined) return;
    this.events.decided(this.#strategy.snapshot());
    // Who listens may have asked for a connection.
    this.#picks.retry();
  }

  #failPicks(): void {
    if (!this.#picks.waiting) return;
    const fault = this.#strategy.takeFault() ?? hopeless(this);
    if (fault !== undefined) this.#picks.fail(fault);
  }

  #forgetClosed(): void {
    for (const connection of this.#leaving) {
      if (connection.gone) this.#leaving.delete(connection);
    }
  }
}
