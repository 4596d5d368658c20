import { assertLess, assertStrictEquals } from "@std/assert";
import { seededRandom } from "../../support/_fake_clock.ts";
import { fast } from "./_behaviours.ts";
import { Simulation } from "./_simulation.ts";
import { Subject } from "./_subject.ts";

const DRAWS = 10_000;

function tally(
  outcome: () => string,
  draws: number = DRAWS,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (let draw = 0; draw < draws; draw++) {
    const seen = outcome();
    counts.set(seen, (counts.get(seen) ?? 0) + 1);
  }
  return counts;
}

function assertEven(
  counts: ReadonlyMap<string, number>,
  { outcomes, off }: { readonly outcomes: number; readonly off: number },
): void {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  assertStrictEquals(counts.size, outcomes);
  for (const [name, count] of counts) {
    const told = `${name}: ${count} of ${all}`;
    assertLess(Math.abs(count - all / outcomes), off, told);
  }
}

for (const endpoints of ["ab", "abc", "abcde"]) {
  const outcomes = endpoints.length;

  Deno.test(`Adaptive spreads calls evenly over ${outcomes}, without a draw`, () => {
    const { pool } = Subject.trusted(endpoints);
    const { drawn } = pool;
    pool.pick();
    // The patrol begins.
    assertStrictEquals(pool.drawn, drawn + 1);
    assertEven(tally(() => pool.pick()), { outcomes, off: 2 });
    assertStrictEquals(pool.drawn, drawn + 1);
  });

  Deno.test(`Adaptive spreads calls evenly over the ${outcomes} others of a suspect`, () => {
    const subject = Subject.trusted(`${endpoints}z`);
    subject.late("z");
    assertEven(tally(() => subject.pool.pick()), { outcomes, off: 2 });
  });

  Deno.test(`Adaptive draws its start evenly (n = ${outcomes})`, () => {
    const random = seededRandom(1);
    const counts = tally(() =>
      Subject.trusted(endpoints, { random }).pool.pick()
    );
    const deviation = Math.sqrt((3_000 / outcomes) * (1 - 1 / outcomes));
    assertEven(counts, { outcomes, off: 4 * deviation });
  });
}

for (const pauseMs of [0.2, 50, 700, 1_900]) {
  for (const method of ["KV.Range", "KV.Put"]) {
    Deno.test(`Adaptive gives no member of three more than 36 % of the ${method} calls, one each ${pauseMs} ms`, () => {
      const members = new Simulation({ a: fast, b: fast, c: fast });
      const untilMs = Math.min(300 * (pauseMs + 2), 600_000);
      members.run(1, { method, deadlineMs: 2_000, pauseMs, untilMs });
      members.pool.clock.advance(untilMs + 5_000);
      const { attempts, calls, failed } = members.tally;
      assertStrictEquals(failed, 0);
      for (const [name, count] of attempts) {
        assertLess(count / calls, 0.36, `${name}: ${count} of ${calls}`);
      }
    });
  }
}

Deno.test("Adaptive spreads the first calls of a client whose members come to be trusted one by one", () => {
  for (const first of "abc") {
    const subject = new Subject("abc");
    subject.pool.up(..."abc");
    subject.answer(first);
    const picked = [subject.pool.pick()];
    for (const name of "abc") if (name !== first) subject.answer(name);
    picked.push(subject.pool.pick(), subject.pool.pick());
    assertStrictEquals(picked.sort().join(""), "abc", `${first} first`);
  }
});
