import { assert, assertEquals } from "@std/assert";
import {
  type Candidate,
  createSelection,
  type SelectionName,
} from "../../../gateway/_selection.ts";
import { makeTarget } from "../../../gateway/names/_target.ts";
import { Upstreams } from "../../../gateway/upstreams/_upstreams.ts";
import { seededRandom } from "../support/_fake_clock.ts";

const DRAWS = 10_000;
/** Five standard deviations of the most uncertain share, a half. */
const TOLERANCE = 5 * Math.sqrt(0.25 / DRAWS);

function candidates(...weights: readonly number[]): Candidate[] {
  return weights.map((weight) => ({ weight }));
}

/** The share of the draws that each candidate got. */
function shares(name: SelectionName, list: readonly Candidate[]): number[] {
  const select = createSelection(name, seededRandom(7));
  const counts = new Map<Candidate, number>();
  for (let draw = 0; draw < DRAWS; draw++) {
    const chosen = select(list);
    counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
  }
  return list.map((candidate) => (counts.get(candidate) ?? 0) / DRAWS);
}

function assertShares(actual: readonly number[], expected: readonly number[]) {
  assertEquals(actual.length, expected.length);
  for (const [index, share] of actual.entries()) {
    const wanted = expected[index] ?? NaN;
    assert(
      Math.abs(share - wanted) <= TOLERANCE,
      `got ${actual}, expected ${expected}`,
    );
  }
}

// Upstream: 100/0, 67/33/0 and 50/33/17 for the first three.
for (
  const [weights, expected] of [
    [[1, 1], [1 / 2, 1 / 2]],
    [[1, 1, 1], [1 / 3, 1 / 3, 1 / 3]],
    [[2, 2, 2], [1 / 3, 1 / 3, 1 / 3]],
    [[1, 3], [1 / 4, 3 / 4]],
    [[10, 20, 70], [0.1, 0.2, 0.7]],
    [[65_535, 1], [1, 0]],
    [[0, 0, 0], [1 / 3, 1 / 3, 1 / 3]],
    [[0, 5], [0.01, 0.99]],
    [[1, 0, 1, 0], [0.495, 0.005, 0.495, 0.005]],
  ] as const
) {
  Deno.test(`weighted selection shares ${weights.join("/")} by weight`, () => {
    assertShares(shares("weighted", candidates(...weights)), expected);
  });
}

Deno.test("weighted selection reaches a candidate of weight 0", () => {
  const [zero = 0] = shares("weighted", candidates(0, 5));
  assert(zero > 0);
});

Deno.test("weighted selection has no share for a draw at its very end", () => {
  const list = candidates(1, 1);
  const last = createSelection("weighted", () => 1 - Number.EPSILON / 2);
  assertEquals(last(list), list[1]);
  const first = createSelection("weighted", () => 0);
  assertEquals(first(list), list[0]);
});

Deno.test("roundRobin selection gives each its turn", () => {
  assertShares(shares("roundRobin", candidates(0, 0, 0)), [
    1 / 3,
    1 / 3,
    1 / 3,
  ]);
  const [a, b, c] = candidates(0, 0, 0) as [Candidate, Candidate, Candidate];
  const select = createSelection("roundRobin", Math.random);
  assertEquals([a, b, c, a].map(() => select([a, b, c])), [a, b, c, a]);
  // One that was away has had its turn longest ago.
  assertEquals(select([a, c]), c);
  assertEquals(select([a, b, c]), b);
});

Deno.test("failover selection keeps one until it may not be tried", () => {
  const [a, b, c] = candidates(0, 0, 0) as [Candidate, Candidate, Candidate];
  const select = createSelection("failover", Math.random);
  assertEquals([1, 2, 3].map(() => select([a, b, c])), [a, a, a]);
  assertEquals(select([b, c]), b);
  // The first is back, but nothing is wrong with the second.
  assertEquals(select([a, b, c]), b);
});

Deno.test("failover selection draws the one it keeps by weight", () => {
  const list = candidates(1, 3);
  const random = seededRandom(3);
  let second = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    const select = createSelection("failover", random);
    const kept = select(list);
    assertEquals(select(list), kept);
    if (kept === list[1]) second++;
  }
  assertShares([1 - second / DRAWS, second / DRAWS], [1 / 4, 3 / 4]);
});

Deno.test("Upstreams.next() gives the best priority that can be tried", () => {
  // Upstream ignores the priority of records without weight: 33/33/33.
  const upstreams = new Upstreams(
    createSelection("weighted", seededRandom(1)),
  );
  upstreams.replace([3, 1, 2].map((priority) =>
    makeTarget({
      host: `p${priority}`,
      port: 1,
      secure: false,
      priority,
      weight: 0,
    })
  ));
  for (let draw = 0; draw < DRAWS; draw++) {
    assertEquals(upstreams.next(new Set())?.address, "p1:1");
  }
  const [third, first, second] = upstreams.all;
  assert(third && first && second);
  assertEquals(upstreams.next(new Set([first])), second);
  first.deactivate(new Error("gone"));
  second.deactivate(new Error("gone"));
  assertEquals(upstreams.next(new Set()), third);
  first.activate();
  assertEquals(upstreams.next(new Set()), first);
  assertEquals(upstreams.next(new Set([first, third])), undefined);
});

Deno.test("Upstreams.replace() keeps the state of those that stay", () => {
  const upstreams = new Upstreams(createSelection("failover", Math.random));
  const target = (host: string, weight = 0) =>
    makeTarget({ host, port: 1, secure: false, priority: 0, weight });
  upstreams.replace([target("a"), target("b")]);
  upstreams.all[1]?.deactivate(new Error("gone"));
  const { left, added } = upstreams.replace([target("b", 9), target("c")]);
  assertEquals(left.map(({ address }) => address), ["a:1"]);
  assertEquals(added.map(({ address }) => address), ["c:1"]);
  const [b] = upstreams.all;
  assertEquals([b?.state, b?.weight], ["inactive", 9]);
});
