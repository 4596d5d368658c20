// A thousand clients at rest are a thousand times what one of them does.
import { assertLess, assertStrictEquals } from "@std/assert";
import { fast, never } from "./_behaviours.ts";
import { Simulation } from "./_simulation.ts";

const CLIENTS = 1_000;
const MINUTES = 10;

function watching(watchMs?: number): Simulation {
  const members = new Simulation(
    { a: fast, b: fast, c: fast },
    watchMs === undefined ? {} : { watchMs },
  );
  members.openStream();
  members.pool.clock.advance(120_000);
  return members;
}

for (
  const [watchMs, most, noticedMs] of [
    [undefined, 450, 3_000],
    [10_000, 110, 12_000],
  ] as const
) {
  const told = watchMs ?? "the default";

  Deno.test(`Adaptive | ${CLIENTS} watching clients at rest, watchMs ${told}: at most ${most} questions a second`, () => {
    const members = watching(watchMs);
    const sinceMs = members.pool.now();
    members.pool.clock.advance(MINUTES * 60_000);
    const perSecond = members.askedSince(sinceMs) * CLIENTS / (MINUTES * 60);
    assertLess(perSecond, most);
    assertLess(0, perSecond);
  });

  Deno.test(`Adaptive | a fault is noticed within ${noticedMs} ms by a client at rest, watchMs ${told}`, () => {
    let longest = 0;
    for (let round = 0; round < 20; round++) {
      const members = watching(watchMs);
      const { pool } = members;
      pool.clock.advance(round * 97);
      const faultAtMs = pool.now();
      const on = pool.connections.find(({ inFlight }) => inFlight > 0);
      members.behaviours.set(on?.endpoint ?? "", never);
      pool.clock.advance(20_000);
      const [ejection] = members.ejections;
      longest = Math.max(longest, (ejection?.atMs ?? Infinity) - faultAtMs);
    }
    assertLess(longest, noticedMs);
  });
}

Deno.test("Adaptive | a client at rest asks nobody in an hour, and has no timer", () => {
  const members = new Simulation({ a: fast, b: fast, c: fast });
  members.run(8, { method: "KV.Range", deadlineMs: 2_000, untilMs: 2_000 });
  members.pool.clock.advance(10_000);
  const sinceMs = members.pool.now();
  members.pool.clock.advance(3_600_000);
  assertStrictEquals(members.askedSince(sinceMs), 0);
  assertStrictEquals(members.pool.clock.pending, 0);
});
