// Random histories with a fixed seed: whatever happens, these hold.
import { assert, assertEquals, assertGreater } from "@std/assert";
import { BALANCER_NAMES, resolveBalancer } from "../../../balancers/by_name.ts";
import type { Blame } from "../../../errors/retry_policy.ts";
import { seededRandom } from "../support/_fake_clock.ts";
import { seeds } from "../support/_seeds.ts";
import { type FakeConnection, FakePool } from "./_fake_pool.ts";

const STEPS = 20_000;
const SEEDS = seeds(3, 1);
const BLAMES: readonly Blame[] = [
  "none",
  "call",
  "connection",
  "member",
  "cluster",
  "learner",
];

class Fuzz {
  readonly pool: FakePool;
  readonly #random: () => number;
  readonly #epochs: number[] = [0];
  used = 0;
  waited = 0;
  pins = 0;
  #pin: string | undefined;

  constructor(name: (typeof BALANCER_NAMES)[number], seed: number) {
    this.#random = seededRandom(seed);
    const strategy = resolveBalancer(name)({ dialTimeoutMs: 4_000 });
    this.pool = new FakePool(strategy, "abc", { random: this.#random });
  }

  step(): void {
    const { pool } = this;
    const connection = this.#one(pool.connections);
    switch (Math.floor(this.#random() * 10)) {
      case 0:
      case 1:
      case 2:
        this.#move(connection);
        pool.look();
        break;
      case 3:
        // Several steps between two looks.
        for (const one of pool.connections) this.#move(one);
        this.#move(connection);
        pool.look();
        break;
      case 4:
        if (this.#random() < 0.1) pool.set(this.#endpoints());
        break;
      case 5:
        pool.clock.advance(Math.floor(this.#random() * 3_000));
        break;
      case 6:
        this.#one(pool.probes)?.answer(this.#random() < 0.5);
        break;
      case 7:
        pool.outcome(connection.endpoint, this.#one(BLAMES));
        break;
      case 8:
        pool.outcome(
          connection.endpoint,
          this.#one(BLAMES),
          this.#one(this.#epochs),
        );
        break;
      case 9:
        pool.look();
    }
    this.#epochs.push(connection.epoch);
  }

  check(): void {
    const { pool } = this;
    const ready = pool.connections.filter(({ state }) => state === "ready");
    const picked = pool.pick();
    if (picked === "wait") this.waited++;
    else {
      this.used++;
      assert(ready.some(({ endpoint }) => endpoint === picked), picked);
    }
    const { pin, avoided } = pool.strategy.snapshot();
    if (pin !== this.#pin) this.pins++;
    this.#pin = pin;
    const known = pool.connections.map(({ endpoint }) => endpoint);
    for (const { endpoint, ageMs } of avoided) {
      assert(known.includes(endpoint), `${endpoint} is avoided, but unknown`);
      assert(ageMs >= 0);
    }
    if (["grpc1.23", "adaptive"].includes(pool.strategy.name)) {
      assertEquals(picked === "wait", ready.length === 0);
      return;
    }
    // The pinned generations use one endpoint at a time.
    assertEquals(picked, pin ?? "wait");
    assertEquals(pool.pick(), picked);
    if (pool.strategy.name === "grpc1.0") {
      assertEquals(picked === "wait", ready.length === 0);
      return;
    }
    // grpc1.7 keeps the pin alone, or dials what is not listed.
    const listed = avoided.map(({ endpoint }) => endpoint);
    const live = known.filter((name) => !listed.includes(name));
    const wanted = pin ?? (live.length > 0 ? live : known).join("");
    assertEquals(pool.wanted, wanted);
    assert(pin !== undefined || ready.length === 0, "ready, and not pinned");
  }

  #move(connection: FakeConnection): void {
    const { endpoint, state } = connection;
    const coin = this.#random();
    if (state === "ready") this.pool.quietly({ lose: endpoint });
    else if (state === "failing") connection.state = "connecting";
    else if (state === "connecting" && coin < 0.3) connection.state = "failing";
    else if (state === "connecting" || coin < 0.02) {
      // From idle it is against the contract, and must do no harm either.
      this.pool.quietly({ up: endpoint });
    }
  }

  #endpoints(): string {
    const chosen = [..."abcdef"].filter(() => this.#random() < 0.5).join("");
    return chosen === "" ? "a" : chosen;
  }

  #one<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }
}

for (const name of BALANCER_NAMES) {
  Deno.test(`${name} keeps its promises over ${STEPS} random steps`, () => {
    for (const seed of SEEDS) {
      const fuzz = new Fuzz(name, seed);
      for (let step = 0; step < STEPS; step++) {
        fuzz.step();
        try {
          fuzz.check();
        } catch (cause) {
          throw new Error(`seed ${seed}, step ${step}`, { cause });
        }
      }
      // A history in which nothing happens would prove nothing.
      assertGreater(fuzz.used, STEPS / 20);
      assertGreater(fuzz.waited, STEPS / 200);
      if (["grpc1.0", "grpc1.7"].includes(name)) {
        assertGreater(fuzz.pins, STEPS / 100);
      }
      if (name === "grpc1.7") assertGreater(fuzz.pool.probes.length, 0);
    }
  });
}
