// Random histories with late timers: whatever happens, these hold.
import { assert, assertLess, assertStrictEquals } from "@std/assert";
import { HOLD_MS } from "../../../../balancers/adaptive/_write_gate.ts";
import type { Answer } from "../../../../balancers/evidence.ts";
import type { Blame } from "../../../../errors/retry_policy.ts";
import { seededRandom } from "../../support/_fake_clock.ts";
import { freshSeeds, seeds } from "../../support/_seeds.ts";
import type { FakeConnection, FakeInquiry } from "../_fake_pool.ts";
import { Subject } from "./_subject.ts";

const STEPS = 4_000;
// An answer that came too late has left a timer behind here.
const TELLING_SEED = 247;
const BLAMES: readonly Blame[] = [
  "none",
  "none",
  "none",
  "call",
  "connection",
  "member",
  "cluster",
  "learner",
];
const STEP_MS = 50;

class Fuzz {
  readonly subject: Subject;
  readonly #random: () => number;
  readonly #open: FakeInquiry[] = [];
  hedges = 0;
  successes = 0;
  ejections = 0;
  failedWrites = 0;
  #heldSinceMs: number | undefined;
  #avoided = "";
  /** Whether nobody has a quorum. */
  #dark = false;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.subject = new Subject("abc", {
      random: this.#random,
      writesToLeader: seed % 2 === 0,
      onAsk: (inquiry) => this.#open.push(inquiry),
    });
  }

  step(): void {
    const { pool } = this.subject;
    const connection = this.#one(pool.connections);
    if (this.#random() < 1 / 300) this.#dark = !this.#dark;
    switch (Math.floor(this.#random() * 12)) {
      case 0:
        this.#move(connection);
        pool.look();
        break;
      case 1:
        if (this.#random() < 0.02) pool.set(this.#endpoints());
        break;
      case 2:
        connection.inFlight = Math.floor(this.#random() * 4);
        break;
      case 3:
        this.#late(connection);
        break;
      case 4:
      case 5:
        this.#outcome(connection);
        break;
      case 6:
      case 7:
      case 8:
        this.#answer();
        break;
      case 9:
        pool.pick({ kind: this.#random() < 0.5 ? "stream" : "tunnel" });
        break;
      case 10:
        this.#pass((ms) => pool.clock.stall(ms));
        break;
      case 11:
        this.#pass((ms) => pool.clock.advance(ms));
    }
  }

  check(): void {
    const { pool, trust } = this.subject;
    const ready = pool.connections.filter(({ state }) => state === "ready");
    const serving = ready.filter(({ endpoint }) =>
      /trusted|suspect|unproven/.test(standing(trust, endpoint))
    );
    for (const endpoint of pool.avoided) {
      if (this.#avoided.includes(endpoint)) continue;
      this.ejections++;
      assert(serving.length > 0, `the last one was ejected: ${trust}`);
    }
    this.#avoided = pool.avoided;
    const read = pool.pick();
    assertStrictEquals(read === "wait", ready.length === 0, trust);
    if (serving.length > 0) {
      assert(serving.some(({ endpoint }) => endpoint === read), trust);
    }
    this.#checkHold(ready.length > 0);
    // A wait and a question each, the census, the patrol, the gate, the leader.
    const most = 2 * pool.connections.length + 12;
    assertLess(pool.clock.pending, most, "timers");
    // Those to a connection that is gone end with it.
    const open = this.#open.filter(({ state, connection }) =>
      state === "open" && connection.state === "ready"
    );
    assertLess(open.length, 4 * pool.connections.length + 1, "questions");
    assertLess(this.hedges, 65 + this.successes / 10, "hedges");
  }

  /** Leaves the client alone until nothing happens any more. */
  rest(): void {
    const { subject, subject: { pool } } = this;
    for (const connection of pool.connections) connection.inFlight = 0;
    pool.clock.advance(30_000);
    while (this.#open.length > 0) this.#open.pop()?.answer("no");
    pool.clock.advance(30_000);
    const { asked } = subject;
    pool.clock.advance(3_600_000);
    assertStrictEquals(subject.asked, asked, "asked at rest");
    assertStrictEquals(pool.clock.pending, 0, "timers at rest");
  }

  #checkHold(ready: boolean): void {
    const { subject, subject: { pool } } = this;
    const put = subject.put();
    if (put === "fail") this.failedWrites++;
    if (put !== "wait" || !ready) this.#heldSinceMs = undefined;
    else this.#heldSinceMs ??= pool.now();
    const heldMs = pool.now() - (this.#heldSinceMs ?? pool.now());
    assertLess(heldMs, HOLD_MS + 1, "a write was kept back");
  }

  /** A write that waits is looked at now and then, as the pool does. */
  #pass(pass: (ms: number) => void): void {
    const times = Math.floor(this.#random() * 20);
    for (let time = 0; time < times; time++) {
      pass(this.#random() * STEP_MS);
      const now = this.subject.pool.now();
      for (const { askedAtMs, timeoutMs, answer } of [...this.#open]) {
        if (now - askedAtMs > timeoutMs) answer("no");
      }
      this.#checkHold(
        this.subject.pool.connections.some(({ state }) => state === "ready"),
      );
    }
  }

  #late({ endpoint, state }: FakeConnection): void {
    if (state !== "ready") return;
    const repeatable = this.#random() < 0.7;
    const told = this.subject.late(endpoint, { repeatable });
    if (told === "wait") return;
    assert(repeatable, "a write was sent twice");
    this.hedges++;
  }

  #outcome({ endpoint, state }: FakeConnection): void {
    if (state !== "ready") return;
    const blame = this.#dark ? "member" : this.#one(BLAMES);
    if (blame === "none") this.successes++;
    this.subject.pool.outcome(endpoint, blame, {
      durationMs: this.#random() < 0.1 ? 3_000 * this.#random() : 2,
      provesQuorum: blame === "none" && this.#random() < 0.7,
      timedOut: blame === "member" && this.#random() < 0.5,
      method: this.#one(["KV.Range", "KV.Put", "Lock.Lock"]),
    });
  }

  #answer(): void {
    const open = this.#open.filter(({ state }) => state === "open");
    this.#open.splice(0, Infinity, ...open);
    const at = Math.floor(this.#random() * this.#open.length);
    const [inquiry] = this.#open.splice(at, 1);
    const coin = this.#dark ? 0.8 : this.#random();
    const answer: Answer = coin < 0.75
      ? "yes"
      : coin < 0.93
      ? "no"
      : coin < 0.998
      ? "no evidence"
      : "unknown";
    inquiry?.answer(answer);
  }

  #move(connection: FakeConnection): void {
    const { pool } = this.subject;
    const { endpoint, state } = connection;
    const coin = this.#random();
    if (state === "ready") {
      if (coin < 0.2) pool.quietly({ lose: endpoint });
      if (coin < 0.05) pool.quietly({ up: endpoint });
    } else if (coin < 0.2) connection.state = "failing";
    else pool.quietly({ up: endpoint });
  }

  #endpoints(): string {
    const chosen = [..."abcde"].filter(() => this.#random() < 0.6).join("");
    return chosen === "" ? "a" : chosen;
  }

  #one<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }
}

function standing(trust: string, endpoint: string): string {
  return trust.split(", ").find((one) => one.startsWith(endpoint)) ?? "";
}

function play(seed: number): Fuzz {
  const fuzz = new Fuzz(seed);
  let step = 0;
  try {
    for (; step < STEPS; step++) {
      fuzz.step();
      fuzz.check();
    }
    fuzz.rest();
  } catch (cause) {
    throw new Error(`seed ${seed}, step ${step}`, { cause });
  }
  return fuzz;
}

Deno.test(`Adaptive keeps its promises over ${STEPS} random steps`, () => {
  const played = [...seeds(12, 1), TELLING_SEED].map(play);
  const sum = (count: (fuzz: Fuzz) => number) =>
    played.reduce((all, fuzz) => all + count(fuzz), 0);
  // A history in which nothing happens would prove nothing.
  assertLess(100, sum(({ ejections }) => ejections));
  assertLess(10, sum(({ failedWrites }) => failedWrites));
  assertLess(100, sum(({ hedges }) => hedges));
});

Deno.test("Adaptive keeps its promises over random steps of this run's own", () => {
  for (const seed of freshSeeds(4)) play(seed);
});
