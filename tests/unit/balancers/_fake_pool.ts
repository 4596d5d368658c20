import { assert } from "@std/assert";
import type {
  BalancerStrategy,
  ConnectionState,
  PickInfo,
  PoolView,
  SubConnection,
} from "../../../balancers/strategy.ts";
import type { Blame } from "../../../errors/retry_policy.ts";
import { FakeClock } from "../support/_fake_clock.ts";

const MAX_LOOKS = 50;

/** A connection whose state a test sets. */
export class FakeConnection implements SubConnection {
  readonly endpoint: string;
  state: ConnectionState = "idle";
  epoch = 0;
  inFlight = 0;
  /** How often a transport was asked for while there was none. */
  dials = 0;
  readonly #onChange: () => void;

  constructor(endpoint: string, onChange: () => void) {
    this.endpoint = endpoint;
    this.#onChange = onChange;
  }

  connect(): void {
    if (this.state !== "idle") return;
    this.state = "connecting";
    this.dials++;
    this.#onChange();
  }

  disconnect(): void {
    if (this.state === "idle" || this.state === "closed") return;
    this.state = "idle";
    this.#onChange();
  }
}

/** A health probe that waits for the test's answer. */
export interface FakeProbe {
  readonly connection: SubConnection;
  readonly timeoutMs: number;
  canceled: boolean;
  /** Answers, unless it was answered or canceled before. */
  answer(healthy: boolean): void;
}

/** What {@linkcode FakePool} is made of. */
export interface FakePoolOptions {
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
  connections: readonly FakeConnection[];
  /** How many random numbers were drawn. */
  drawn = 0;
  readonly #random: () => number;
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
    let answered = false;
    const probe: FakeProbe = {
      connection,
      timeoutMs,
      canceled: false,
      answer: (healthy) => {
        if (probe.canceled || answered) return;
        answered = true;
        this.enter(() => answer(healthy));
      },
    };
    this.probes.push(probe);
    return () => probe.canceled = true;
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
    epoch: number = this.at(name).epoch,
  ): void {
    const connection = this.at(name);
    this.enter(() =>
      this.strategy.onOutcome?.({
        connection,
        epoch,
        kind: "unary",
        blame,
        durationMs: 1,
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
