import { assert } from "@std/assert";
import {
  Adaptive,
  type AdaptiveOptions,
} from "../../../../balancers/adaptive/mod.ts";
import type { Answer, LateCall } from "../../../../balancers/evidence.ts";
import type { PickInfo, PickResult } from "../../../../balancers/strategy.ts";
import {
  type FakeInquiry,
  FakePool,
  type FakePoolOptions,
} from "../_fake_pool.ts";

/** The strategy over a pool that does what a test says. */
export class Subject {
  readonly pool: FakePool;

  constructor(
    endpoints: string,
    options: AdaptiveOptions & FakePoolOptions = {},
  ) {
    const { onAsk, random, draws, ...own } = options;
    this.pool = new FakePool(new Adaptive(own), endpoints, {
      ...onAsk && { onAsk },
      ...random && { random },
      ...draws && { draws },
    });
  }

  /** All connected, and trusted. */
  static trusted(
    endpoints: string = "abc",
    options: AdaptiveOptions & FakePoolOptions = {},
  ): Subject {
    const subject = new Subject(endpoints, options);
    subject.pool.up(...endpoints);
    subject.answer(endpoints);
    return subject;
  }

  /** The questions that nobody has answered or canceled. */
  open(name: string): readonly FakeInquiry[] {
    return this.pool.inquiries.filter(({ state, connection }) =>
      state === "open" && connection.endpoint === name
    );
  }

  /** Answers all open questions to some members. */
  answer(names: string, answer: Answer = "yes"): void {
    for (const name of names) {
      const open = this.open(name);
      assert(open.length > 0, `nothing is asked of ${name}`);
      for (const inquiry of open) inquiry.answer(answer);
    }
  }

  /** How many questions were put so far. */
  get asked(): number {
    return this.pool.inquiries.length;
  }

  /** The standing of each, such as `a trusted, b suspect`. */
  get trust(): string {
    return (this.pool.strategy.snapshot().trust ?? [])
      .map(({ endpoint, standing }) => `${endpoint} ${standing}`).join(", ");
  }

  /** The endpoints of some picks, sorted. */
  picks(count: number, info: Partial<PickInfo> = {}): string {
    return Array.from({ length: count }, () => this.pool.pick(info))
      .sort().join("");
  }

  /** A pick, as the strategy gives it. */
  picked(info: Partial<PickInfo> = {}): PickResult {
    return this.pool.strategy.pick({
      kind: "unary",
      method: "KV.Range",
      attempt: 1,
      tried: [],
      ...info,
    });
  }

  /** A put: the endpoint, `wait` or `fail`. */
  put(info: Partial<PickInfo> = {}): string {
    return this.pool.pick({ method: "KV.Put", ...info });
  }

  /** Tells that a call on a connection is late. */
  late(name: string, details: Partial<LateCall> = {}): "wait" | "again" {
    const { pool } = this;
    const connection = pool.at(name);
    let told: "wait" | "again" | undefined;
    pool.enter(() => {
      told = pool.strategy.onLate?.({
        connection,
        epoch: connection.epoch,
        method: "KV.Range",
        repeatable: true,
        ...details,
      });
    });
    assert(told, "the strategy does not care for late calls");
    return told;
  }

  /** Has one ejected: it is silent, the others answer. */
  eject(name: string): void {
    this.late(name);
    for (const { endpoint } of this.pool.connections) {
      if (endpoint !== name && this.open(endpoint).length > 0) {
        this.answer(endpoint);
      }
    }
    this.pool.clock.advance(250);
    assert(this.pool.avoided.includes(name), `${name} is not ejected`);
  }
}
