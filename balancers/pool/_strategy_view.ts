import type { Clock, Transport } from "../transport/mod.ts";
import type { Answer, Inquiry } from "../evidence.ts";
import { probeHealth } from "./_health_probe.ts";
import { inquire } from "./_inquiry.ts";
import type { PoolView } from "../strategy.ts";
import type { SubConnection } from "../sub_connection.ts";

/** The parts of a pool that its strategy's view uses. */
export interface StrategyViewContext {
  /** Time and randomness. */
  readonly clock: Clock;
  /** The connections as they are now. */
  connections(): readonly SubConnection[];
  /** The ready transport of a connection. */
  transportOf(connection: SubConnection): Transport | undefined;
  /** Has what runs on a connection leave it; called from inside the strategy. */
  vacate(connection: SubConnection): void;
  /** Runs a task that may change things, then the picks that wait. */
  enter(task: () => void): void;
}

/** The pool as its strategy sees it; keeps the strategy's timers and probes. */
export class StrategyView implements PoolView {
  readonly #context: StrategyViewContext;
  readonly #cancels = new Set<() => void>();
  #ended = false;

  constructor(context: StrategyViewContext) {
    this.#context = context;
  }

  get connections(): readonly SubConnection[] {
    return this.#context.connections();
  }

  now(): number {
    return this.#context.clock.now();
  }

  random(): number {
    return this.#context.clock.random();
  }

  schedule(ms: number, task: () => void): () => void {
    return this.#begin((done) =>
      this.#context.clock.schedule(ms, () => done(task))
    );
  }

  probe(
    connection: SubConnection,
    timeoutMs: number,
    answer: (healthy: boolean) => void,
  ): () => void {
    const transport = this.#context.transportOf(connection);
    return this.#begin((done) =>
      probeHealth(
        transport,
        timeoutMs,
        (healthy) => done(() => answer(healthy)),
      )
    );
  }

  ask(
    connection: SubConnection,
    inquiry: Inquiry,
    answer: (answer: Answer) => void,
  ): () => void {
    const { clock, transportOf } = this.#context;
    const transport = transportOf(connection);
    return this.#begin((done) =>
      inquire(transport, inquiry, {
        clock,
        tell: (given) => done(() => answer(given)),
      })
    );
  }

  vacate(connection: SubConnection): void {
    if (!this.#ended) this.#context.vacate(connection);
  }

  /** Cancels every timer and probe; none is begun any more. */
  cancelAll(): void {
    this.#ended = true;
    for (const cancel of this.#cancels) cancel();
  }

  #begin(start: (done: (task: () => void) => void) => () => void): () => void {
    if (this.#ended) return () => {};
    const cancel = () => {
      this.#cancels.delete(cancel);
      stop();
    };
    const stop = start((task) => {
      this.#cancels.delete(cancel);
      this.#context.enter(task);
    });
    this.#cancels.add(cancel);
    return cancel;
  }
}
