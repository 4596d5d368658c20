import { assert } from "@std/assert";
import type {
  Answer,
  CallOutcome,
  Inquiry,
} from "../../../balancers/evidence.ts";
import type {
  BalancerStrategy,
  PickInfo,
  PoolView,
} from "../../../balancers/strategy.ts";
import type { SubConnection } from "../../../balancers/sub_connection.ts";
import type { Blame } from "../../../errors/retry_policy.ts";
import { FakeClock } from "../support/_fake_clock.ts";
import { FakeConnection } from "./_fake_connection.ts";
import {
  type FakeInquiry,
  type FakeProbe,
  makeInquiry,
  makeProbe,
} from "./_fake_questions.ts";

export { FakeConnection, type FakeInquiry, type FakeProbe };

const MAX_LOOKS = 50;

/** What {@linkcode FakePool} is made of. */
export interface FakePoolOptions {
  /** Told of each question, for members that answer by themselves. */
  readonly onAsk?: (inquiry: FakeInquiry) => void;
  /** The draws, in their order; 0.5 when they are used up. */
  readonly draws?: readonly number[];
  readonly random?: () => number;
}

/**
 * A pool that does what a test says, and calls a strategy as the real one
 * does: never from inside its own calls, and again after what it changed.
 */
export class FakePool implements PoolView {
  readonly strategy: BalancerStrategy;
  readonly clock: FakeClock = new FakeClock();
  readonly probes: FakeProbe[] = [];
  readonly inquiries: FakeInquiry[] = [];
  /** The endpoints that were left, in that order. */
  readonly vacated: string[] = [];
  connections: readonly FakeConnection[];
  /** How many random numbers were drawn. */
  drawn = 0;
  readonly #random: () => number;
  readonly #onAsk: (inquiry: FakeInquiry) => void;
  #epoch = 0;
  #inside = false;
  #changed = false;

  constructor(
    strategy: BalancerStrategy,
    endpoints: string,
    options: FakePoolOptions = {},
  ) {
    const draws = [...options.draws ?? []];
    this.strategy = strategy;
    this.#random = options.random ?? (() => draws.shift() ?? 0.5);
    this.#onAsk = options.onAsk ?? (() => {});
    this.connections = [...endpoints].map((name) => this.#make(name));
    this.enter(() => strategy.start(this));
  }

  now(): number {
    return this.clock.now();
  }

  random(): number {
    this.drawn++;
    return this.#random();
  }

  schedule(ms: number, task: () => void): () => void {
    return this.clock.schedule(ms, () => this.enter(task));
  }

  probe(
    connection: SubConnection,
    timeoutMs: number,
    answer: (healthy: boolean) => void,
  ): () => void {
    const probe = makeProbe(
      { connection, timeoutMs },
      (healthy) => this.enter(() => answer(healthy)),
    );
    this.probes.push(probe);
    return () => probe.canceled = true;
  }

  ask(
    connection: SubConnection,
    inquiry: Inquiry,
    answer: (answer: Answer) => void,
  ): () => void {
    assert(connection.state === "ready", "asked one that is not ready");
    const asked = makeInquiry(
      { ...inquiry, connection, askedAtMs: this.now() },
      (told) => this.enter(() => answer(told)),
    );
    this.inquiries.push(asked);
    this.#onAsk(asked);
    return () => {
      if (asked.state === "open") asked.state = "canceled";
    };
  }

  vacate(connection: SubConnection): void {
    this.vacated.push(connection.endpoint);
  }

  /** Runs one of the strategy's hooks, and has it look at what that changed. */
  enter(task: () => void): void {
    assert(!this.#inside, "the strategy was entered from inside itself");
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      this.#changed = false;
      this.#inside = true;
      try {
        if (looks === 0) task();
        else this.strategy.onState();
      } finally {
        this.#inside = false;
      }
      if (!this.#changed) return;
    }
    throw new Error("the strategy does not come to rest");
  }

  at(name: string): FakeConnection {
    const found = this.connections.find(({ endpoint }) => endpoint === name);
    assert(found, `no connection ${name}`);
    return found;
  }

  /** Connections come up, one after another; the strategy sees each. */
  up(...names: readonly string[]): void {
    for (const name of names) {
      assert(["connecting", "failing"].includes(this.at(name).state), name);
      this.quietly({ up: name });
      this.look();
    }
  }

  /** Connections are lost and redialled; the strategy sees each. */
  lose(...names: readonly string[]): void {
    for (const name of names) {
      this.quietly({ lose: name });
      this.look();
    }
  }

  /** Changes states without telling the strategy, in the order given. */
  quietly(...steps: readonly ({ up: string } | { lose: string })[]): void {
    for (const step of steps) {
      if ("up" in step) {
        const connection = this.at(step.up);
        connection.state = "ready";
        connection.epoch = ++this.#epoch;
      } else this.at(step.lose).state = "connecting";
    }
  }

  /** A dial fails; it will be repeated after a backoff. */
  fail(...names: readonly string[]): void {
    for (const name of names) this.at(name).state = "failing";
    this.look();
  }

  look(): void {
    this.enter(() => this.strategy.onState());
  }

  /** Another set of endpoints. */
  set(endpoints: string): void {
    const kept = new Map(this.connections.map((one) => [one.endpoint, one]));
    for (const [name, connection] of kept) {
      if (!endpoints.includes(name)) connection.state = "closed";
    }
    this.connections = [...endpoints].map((name) =>
      kept.get(name) ?? this.#make(name)
    );
    this.enter(() => this.strategy.onEndpoints());
  }

  /** The endpoint picked, `"wait"`, or `"fail"`. */
  pick(info: Partial<PickInfo> = {}): string {
    const result = this.strategy.pick({
      kind: "unary",
      method: "KV.Range",
      attempt: 1,
      tried: [],
      ...info,
    });
    return result.action === "use" ? result.connection.endpoint : result.action;
  }

  /** Tells how a call on a connection ended, by default on its newest epoch. */
  outcome(
    name: string,
    blame: Blame,
    details: number | Partial<CallOutcome> = {},
  ): void {
    const connection = this.at(name);
    this.enter(() =>
      this.strategy.onOutcome?.({
        connection,
        epoch: connection.epoch,
        kind: "unary",
        method: "KV.Range",
        blame,
        provesQuorum: blame === "none",
        timedOut: false,
        durationMs: 1,
        endedAtMs: this.now(),
        ...typeof details === "number" ? { epoch: details } : details,
      })
    );
  }

  get pin(): string | undefined {
    return this.strategy.snapshot().pin;
  }

  /** The avoided endpoints, sorted, as one text. */
  get avoided(): string {
    return this.strategy.snapshot().avoided
      .map(({ endpoint }) => endpoint).sort().join("");
  }

  /** The connections the strategy wants: all that are not left alone. */
  get wanted(): string {
    return this.connections
      .filter(({ state }) => state !== "idle" && state !== "closed")
      .map(({ endpoint }) => endpoint).join("");
  }

  /** Dials made so far, in the order of the endpoints. */
  get dials(): readonly number[] {
    return this.connections.map(({ dials }) => dials);
  }

  #make(name: string): FakeConnection {
    return new FakeConnection(name, () => this.#changed = true);
  }
}
