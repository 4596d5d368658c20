// Random histories of a pool over a fake network, with fixed seeds: whatever
// has happened, calls are served once the network is well, and nothing is left.
import { assert, assertEquals } from "@std/assert";
import {
  BALANCER_NAMES,
  resolveBalancer,
} from "../../../../balancers/by_name.ts";
import type { Blame } from "../../../../errors/retry_policy.ts";
import { seededRandom } from "../../support/_fake_clock.ts";
import { seeds } from "../../support/_seeds.ts";
import {
  endpoints,
  type FakeTransport,
  microtasks,
  NO_SETTINGS,
} from "../transport/_fake_transport.ts";
import {
  FOREVER,
  INFO,
  OUTCOME,
  poolOf,
} from "../../api/call/_scripted_strategy.ts";

const STEPS = 400;
const SEEDS = seeds(40);
const BLAMES: readonly Blame[] = ["none", "call", "connection", "member"];
const SETS = ["a", "b", "ab", "abc", "bc", "cab", "d", ""];
const DIAL_TIMEOUT_MS = 1_000;
// Two windows of grpc1.7 and the longest wait for a dial, with its jitter.
const HEALED_MS = 2 * 3_000 + 145_000;

class Fuzz {
  readonly #random: () => number;
  readonly #setup;
  readonly #live = new Set<FakeTransport>();
  #seen = 0;
  #healed = false;

  constructor(name: (typeof BALANCER_NAMES)[number], seed: number) {
    this.#random = seededRandom(seed);
    const strategy = resolveBalancer(name)({ dialTimeoutMs: DIAL_TIMEOUT_MS });
    this.#setup = poolOf(strategy, "abc", () => {
      // What a listener may do, whenever it is told something.
      const { pool } = this.#setup;
      if (this.#healed) return;
      if (this.#random() < 0.02) pool.setEndpoints(this.#endpoints());
      if (this.#random() < 0.02) pool.pick(INFO);
      if (this.#random() < 0.02) pool.snapshot();
    });
    this.#setup.pool.start();
  }

  step(): void {
    const { pool, clock } = this.#setup;
    const transport = this.#one([...this.#dialled()]);
    switch (Math.floor(this.#random() * 8)) {
      case 0:
      case 1:
        if (transport && !transport.ready) transport.up();
        break;
      case 2:
        if (transport) this.#end(transport, () => transport.down());
        break;
      case 3:
        if (transport?.ready) this.#end(transport, () => transport.goAway());
        break;
      case 4:
        if (this.#random() < 0.2) pool.setEndpoints(this.#endpoints());
        break;
      case 5:
        clock.advance(this.#random() * 2_000);
        break;
      case 6:
        // The computer sleeps: all timers are late.
        if (this.#random() < 0.1) clock.stall(this.#random() * 600_000);
        break;
      case 7:
        this.#call();
    }
  }

  /** Every dial succeeds from now on: a call is served before long. */
  async heal(): Promise<void> {
    const { pool, clock } = this.#setup;
    this.#healed = true;
    pool.setEndpoints(endpoints("ab"));
    const now = pool.pick(INFO);
    const waiting = now.action === "wait" ? pool.wait(INFO, FOREVER) : now;
    for (let ms = 0; ms < HEALED_MS; ms += 500) {
      for (const transport of this.#dialled()) {
        // Another one's success may have ended it.
        const { ready, aborted, drained } = transport;
        if (!ready && !aborted && !drained) transport.up();
      }
      clock.advance(500);
      await microtasks();
    }
    const picked = pool.pick(INFO);
    assertEquals(picked.action, "use", JSON.stringify(pool.snapshot()));
    assertEquals((await waiting).action, "use");
  }

  async close(): Promise<void> {
    const { pool, clock, network } = this.#setup;
    await pool.close();
    await microtasks();
    assertEquals(clock.pending, 0);
    assertEquals(pool.snapshot().connections, 0);
    const left = network.dialled.filter(({ ready, sockets, calls }) =>
      ready || sockets > 0 || calls.size > 0
    );
    assertEquals(left.length, 0);
  }

  #call(): void {
    const { pool } = this.#setup;
    const picked = pool.pick(INFO);
    if (picked.action !== "use") return;
    const { connection, epoch, transport } = picked;
    assert(transport.ready && connection.state === "ready");
    const blame = this.#one(BLAMES) ?? "none";
    transport.unary("/x", new Uint8Array(), {
      ...NO_SETTINGS,
      onEnd() {
        pool.report({ ...OUTCOME, connection, epoch, blame });
      },
    });
    // Some go on for long, also on connections that are left.
    const [call] = (transport as FakeTransport).calls;
    if (this.#random() < 0.8) call?.reply(new Uint8Array());
  }

  /** The transports that have not ended, nor been given up. */
  #dialled(): ReadonlySet<FakeTransport> {
    const { dialled } = this.#setup.network;
    for (const transport of dialled.slice(this.#seen)) {
      this.#live.add(transport);
    }
    this.#seen = dialled.length;
    for (const transport of this.#live) {
      if (transport.drained || transport.aborted) this.#live.delete(transport);
    }
    return this.#live;
  }

  #end(transport: FakeTransport, end: () => void): void {
    this.#live.delete(transport);
    end();
  }

  #endpoints() {
    return endpoints(this.#one(SETS) ?? "");
  }

  #one<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.#random() * list.length)];
  }
}

for (const name of BALANCER_NAMES) {
  Deno.test(`ConnectionPool serves calls again after any history, and leaves nothing, under ${name}`, async () => {
    for (const seed of SEEDS) {
      const fuzz = new Fuzz(name, seed);
      for (let step = 0; step < STEPS; step++) {
        fuzz.step();
        if (step % 10 === 0) await microtasks();
      }
      await fuzz.heal();
      await fuzz.close();
    }
  });
}
