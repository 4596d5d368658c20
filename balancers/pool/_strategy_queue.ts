import type { GuardedStrategy } from "./_guarded_strategy.ts";

// How often in a row a strategy is told of its own changes, per connection.
const MAX_STATE_ROUNDS = 25;

/** The parts of a pool that its strategy's queue uses. */
export interface StrategyQueueContext {
  /** The number of connections. */
  connections(): number;
  /** Called when the tasks given so far have run; may give more. */
  onTasksDone(): void;
  /** Called when no task is left, before the next one is accepted to run. */
  onSettled(): void;
}

/**
 * The calls of a strategy, run one after another: a task that is given while
 * another one runs is run when that has returned.
 */
export class StrategyQueue {
  readonly #strategy: GuardedStrategy;
  readonly #context: StrategyQueueContext;
  readonly #tasks: (() => void)[] = [];
  #running = false;
  #stateRounds = 0;

  constructor(strategy: GuardedStrategy, context: StrategyQueueContext) {
    this.#strategy = strategy;
    this.#context = context;
  }

  /** Whether a task is running. */
  get running(): boolean {
    return this.#running;
  }

  /** Runs a task, now or after those given before. */
  add(task: () => void): void {
    this.#tasks.push(task);
    if (!this.#running) this.#settle();
  }

  /** Has the strategy told that connections have changed: once for several. */
  addStateRound(): void {
    if (!this.#tasks.includes(this.#stateRound)) this.add(this.#stateRound);
  }

  /** Runs a task that is no change itself; no task may be running. */
  ask<Answer>(task: () => Answer): Answer {
    this.#running = true;
    const answer = task();
    this.#running = false;
    // Asking may have changed something.
    if (this.#tasks.length > 0) this.#settle();
    return answer;
  }

  /** Drops the tasks that have not run. */
  clear(): void {
    this.#tasks.length = 0;
  }

  #settle(): void {
    this.#running = true;
    this.#stateRounds = 0;
    do {
      for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) {
        task();
      }
      this.#context.onTasksDone();
    } while (this.#tasks.length > 0);
    this.#context.onSettled();
    this.#running = false;
  }

  readonly #stateRound = (): void => {
    const most = MAX_STATE_ROUNDS * (1 + this.#context.connections());
    if (this.#stateRounds++ < most) this.#strategy.onState();
    else this.#strategy.unstable();
  };
}
