import { inspect } from "node:util";
import { BalancerError } from "../../errors/balancer_error.ts";
import type {
  BalancerStrategy,
  PickInfo,
  PickResult,
  PoolView,
  StrategySnapshot,
} from "../strategy.ts";
import type { CallOutcome, LateCall } from "../evidence.ts";

/**
 * A strategy that does not throw. It is often called from a socket or a timer,
 * where an error would end the process. A mistake of the strategy is kept as
 * its fault, until the pool tells it to a call that needs a connection.
 */
export class GuardedStrategy {
  readonly name: string;
  /** Whether the strategy wants to know how calls end, and which are late. */
  readonly wants: { readonly outcomes: boolean; readonly late: boolean };
  readonly #strategy: BalancerStrategy;
  #fault: BalancerError | undefined;
  #notStarted: BalancerError | undefined;
  #started = false;

  constructor(strategy: BalancerStrategy) {
    this.#strategy = strategy;
    this.name = strategy.name;
    this.wants = {
      outcomes: strategy.onOutcome !== undefined,
      late: strategy.onLate !== undefined,
    };
  }

  /** Starts the strategy; if that fails it cannot be used at all. */
  start(pool: PoolView): void {
    this.#started = true;
    this.#notStarted = this.run("start()", () => this.#strategy.start(pool));
    if (this.#notStarted !== undefined) this.#fault = undefined;
  }

  pick(info: PickInfo): PickResult {
    if (this.#notStarted) return { action: "fail", error: this.#notStarted };
    let result: PickResult;
    try {
      result = this.#strategy.pick(info);
    } catch (cause) {
      return { action: "fail", error: this.#thrown("pick()", cause) };
    }
    if (!isPickResult(result)) {
      const error = this.mistake(`pick() returned ${inspect(result)}`);
      return { action: "fail", error };
    }
    const half = this.#halfForwarded(info, result);
    return half === undefined ? result : { action: "fail", error: half };
  }

  /** A wrapper that forwards one of two hooks would turn off hedging unseen. */
  #halfForwarded(
    info: PickInfo,
    result: PickResult,
  ): BalancerError | undefined {
    if (result.action !== "use" || info.kind !== "unary") return undefined;
    if (this.wants.late === (result.lateMs !== undefined)) return undefined;
    return this.mistake(
      this.wants.late
        ? "it has onLate(), and pick() gives no 'lateMs'"
        : "pick() gives 'lateMs', and there is no onLate()",
    );
  }

  onEndpoints(): void {
    this.run("onEndpoints()", () => this.#strategy.onEndpoints());
  }

  onState(): void {
    this.run("onState()", () => this.#strategy.onState());
  }

  onOutcome(outcome: CallOutcome): void {
    if (this.#notStarted !== undefined) return;
    // One comes with each call: without a function of its own.
    try {
      this.#mustBeSync("onOutcome()", this.#strategy.onOutcome?.(outcome));
    } catch (cause) {
      this.#fault = this.#thrown("onOutcome()", cause);
    }
  }

  onLate(call: LateCall): "wait" | "again" {
    let said: "wait" | "again" | undefined;
    this.run("onLate()", () => {
      said = this.#strategy.onLate?.(call);
    });
    return said ?? "wait";
  }

  snapshot(): StrategySnapshot {
    let snapshot: StrategySnapshot = { pin: undefined, avoided: [] };
    if (!this.#started) return snapshot;
    this.run("snapshot()", () => {
      const { pin, avoided, trust } = this.#strategy.snapshot();
      snapshot = {
        pin,
        avoided: avoided.map(({ endpoint, ageMs }) => ({ endpoint, ageMs })),
        ...trust && {
          trust: trust.map(({ endpoint, standing }) => ({
            endpoint,
            standing,
          })),
        },
      };
    });
    return snapshot;
  }

  close(): void {
    this.run("close()", () => this.#strategy.close());
    this.#started = false;
  }

  /** Runs code of the strategy; returns the mistake it makes, if it makes one. */
  run(what: string, task: () => unknown): BalancerError | undefined {
    if (this.#notStarted !== undefined) return;
    try {
      return this.#mustBeSync(what, task());
    } catch (cause) {
      return this.#fault = this.#thrown(what, cause);
    }
  }

  #mustBeSync(what: string, result: unknown): BalancerError | undefined {
    if (!(result instanceof Promise)) return undefined;
    // Its outcome would come too late for anybody.
    result.catch(() => {});
    return this.#fault = this.mistake(`${what} is asynchronous`);
  }

  /** Notes a mistake: `onState()` has changed connections again and again. */
  unstable(): void {
    this.#fault = this.mistake(
      "its onState() changes connections each time it is called, without end",
    );
  }

  /** Takes the mistake to tell; one made in `start()` is told every time. */
  takeFault(): BalancerError | undefined {
    return this.#notStarted ?? this.takeUnreported();
  }

  /** Takes the mistake that nobody was told of, if there is one. */
  takeUnreported(): BalancerError | undefined {
    const fault = this.#fault;
    this.#fault = undefined;
    return fault;
  }

  /** The error for something that a strategy must not do. */
  mistake(state: string): BalancerError {
    return this.#error(state);
  }

  #thrown(what: string, cause: unknown): BalancerError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return this.#error(`${what} threw: ${reason}`, cause);
  }

  #error(state: string, cause?: unknown): BalancerError {
    const balancer = this.name;
    return new BalancerError(
      `Cannot use the balancer '${balancer}': ${state}`,
      { balancer, cause },
    );
  }
}

function isPickResult(value: unknown): value is PickResult {
  if (typeof value !== "object" || value === null) return false;
  const result = value as Partial<Record<string, unknown>>;
  switch (result["action"]) {
    case "use":
    case "wait":
      return true;
    case "fail":
      return result["error"] instanceof Error;
    default:
      return false;
  }
}
