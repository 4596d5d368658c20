// Every random choice of the strategies, 10 000 times with a fixed seed.
import { assertEquals, assertLess } from "@std/assert";
import { Grpc1_0 } from "../../../balancers/grpc1_0.ts";
import { Grpc1_23 } from "../../../balancers/grpc1_23.ts";
import { Grpc1_7 } from "../../../balancers/grpc1_7.ts";
import type { BalancerStrategy } from "../../../balancers/strategy.ts";
import { seededRandom } from "../support/_fake_clock.ts";
import { FakePool } from "./_fake_pool.ts";

const DRAWS = 10_000;

/** Counts must be as even as chance makes them: within four deviations. */
function assertEven(counts: Map<string, number>, outcomes: number): void {
  assertEquals(counts.size, outcomes, JSON.stringify([...counts]));
  const expected = DRAWS / outcomes;
  const deviation = Math.sqrt(expected * (1 - 1 / outcomes));
  for (const [outcome, count] of counts) {
    assertLess(
      Math.abs(count - expected),
      outcomes === 1 ? 1 : 4 * deviation,
      `${outcome}: ${count} of ${DRAWS}, expected ${expected}`,
    );
  }
}

function tally(outcome: (draw: number) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (let draw = 0; draw < DRAWS; draw++) {
    const seen = outcome(draw);
    counts.set(seen, (counts.get(seen) ?? 0) + 1);
  }
  return counts;
}

function allUp(strategy: BalancerStrategy, endpoints: string): FakePool {
  const pool = new FakePool(strategy, endpoints, { random: seededRandom(1) });
  pool.up(...endpoints);
  return pool;
}

for (const n of [2, 3, 4]) {
  const endpoints = "abcd".slice(0, n);

  Deno.test(`Grpc1_0 draws evenly among the ${n - 1} others when the pin is lost (n = ${n})`, () => {
    const pool = allUp(new Grpc1_0(), endpoints);
    const counts = tally(() => {
      const lost = pool.pin ?? "none";
      pool.lose(lost);
      const at = endpoints.replace(lost, "").indexOf(pool.pin ?? "none");
      pool.up(lost);
      return `other ${at}`;
    });
    assertEven(counts, n - 1);
  });

  Deno.test(`Grpc1_23 draws its start evenly at each rebuild (n = ${n})`, () => {
    const pool = allUp(new Grpc1_23(), endpoints);
    const counts = tally(() => {
      pool.quietly({ lose: "a" }, { up: "a" });
      pool.look();
      return pool.pick();
    });
    assertEven(counts, n);
  });

  Deno.test(`Grpc1_23 spreads ${DRAWS} calls evenly without a draw (n = ${n})`, () => {
    const pool = allUp(new Grpc1_23(), endpoints);
    const { drawn } = pool;
    const counts = tally(() => pool.pick());
    assertEquals(pool.drawn, drawn);
    for (const [name, count] of counts) {
      assertLess(Math.abs(count - DRAWS / n), 1, name);
    }
    assertEquals(counts.size, n);
  });

  Deno.test(`Grpc1_7 draws nothing (n = ${n})`, () => {
    const pool = new FakePool(new Grpc1_7({ dialTimeoutMs: 1 }), endpoints);
    for (let round = 0; round < 100; round++) {
      const next = pool.wanted.at(-1) ?? "none";
      if (pool.pin === undefined) pool.up(next);
      else pool.outcome(pool.pin, "member");
      pool.clock.advance(100);
    }
    assertEquals(pool.drawn, 0);
  });
}
