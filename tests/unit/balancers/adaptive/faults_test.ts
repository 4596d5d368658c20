// One client under load over scripted members, on a clock of its own.
import { assert, assertLess, assertStrictEquals } from "@std/assert";
import { type Behaviour, fast, from, never, slow } from "./_behaviours.ts";
import { Simulation } from "./_simulation.ts";

for (
  const [readers, deadlineMs] of [[32, 300], [64, 300], [64, 2_000]] as const
) {
  Deno.test(`Adaptive | a silent follower under ${readers} readers with ${deadlineMs} ms each`, () => {
    const members = new Simulation({ a: from(1_000, never), b: fast, c: fast });
    members.run(readers, { method: "KV.Range", deadlineMs, untilMs: 2_500 });
    members.pool.clock.advance(6_000);
    const { failed, longestMs, hedges, calls } = members.tally;
    assertStrictEquals(failed, 0);
    assertLess(longestMs, 250);
    assertLess(hedges, 0.1 * calls);
    // Late after 150 ms, and silent for 250 ms more.
    const [ejection, ...more] = members.ejections;
    assertStrictEquals(ejection?.endpoint, "a");
    assertLess(ejection.atMs, 1_500);
    assertStrictEquals(more.length, 0);
  });
}

Deno.test("Adaptive | a healthy cluster: nobody is asked, nothing is sent twice", () => {
  const members = new Simulation({ a: fast, b: fast, c: fast });
  const asked = members.pool.inquiries.length;
  members.run(16, { method: "KV.Range", deadlineMs: 300, untilMs: 4_000 });
  members.run(8, { method: "KV.Put", deadlineMs: 300, untilMs: 4_000 });
  members.pool.clock.advance(8_000);
  const { failed, hedges } = members.tally;
  assertStrictEquals(failed + hedges, 0);
  assertStrictEquals(members.pool.inquiries.length, asked);
  assertStrictEquals(members.pool.clock.pending, 0);
});

Deno.test("Adaptive | writes to a silent follower, one each 2.5 s", () => {
  const members = new Simulation({ a: from(500, never), b: fast, c: fast });
  members.run(1, {
    method: "KV.Put",
    deadlineMs: 5_000,
    pauseMs: 2_500,
    untilMs: 60_000,
  });
  members.pool.clock.advance(70_000);
  assertStrictEquals(members.tally.failed, 0);
});

Deno.test("Adaptive | writes and reads to a silent follower: one write each is in doubt at most", () => {
  const members = new Simulation({ a: from(2_000, never), b: fast, c: fast });
  const load = { deadlineMs: 2_000, pauseMs: 10, untilMs: 20_000 };
  members.run(4, { method: "KV.Put", ...load });
  members.run(4, { method: "KV.Range", ...load });
  members.pool.clock.advance(30_000);
  const { failed, inDoubt } = members.tally;
  assertStrictEquals(failed, inDoubt);
  assertLess(failed, 5);
});

Deno.test("Adaptive | streams leave a silent or isolated follower", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const members = new Simulation({
      a: from(2_000, never),
      b: fast,
      c: fast,
    }, { seed });
    const streams = [1, 2, 3].map(() => members.openStream());
    members.pool.clock.advance(7_000);
    assert(streams.every(({ endpoint }) => endpoint !== "a"), `seed ${seed}`);
    const [ejection] = members.ejections;
    assert(ejection !== undefined, `seed ${seed}`);
    assertLess(ejection.atMs, 3_800, `seed ${seed}`);
  }
});

Deno.test("Adaptive | a frozen leader: writes wait for the next one", () => {
  const follower: Behaviour = (nowMs, random) =>
    nowMs < 3_000 || nowMs >= 4_400
      ? fast(nowMs, random)
      : { atMs: 4_400 + 5 * random, answer: "no" };
  const members = new Simulation({
    a: from(3_000, never),
    b: follower,
    c: follower,
  });
  const load = { deadlineMs: 5_000, pauseMs: 50, untilMs: 9_000 };
  members.run(8, { method: "KV.Put", ...load });
  members.run(8, { method: "KV.Range", ...load });
  members.pool.clock.advance(15_000);
  const { failed, inDoubt } = members.tally;
  // Those that were under way; none was sent into the election.
  assertStrictEquals(failed, inDoubt);
  assertLess(failed, 9);
  assertStrictEquals(
    members.ejections.map(({ endpoint }) => endpoint).join(),
    "a",
  );
});

Deno.test("Adaptive | a follower whose read index lags after an election is not ejected", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const overMs = seed % 2 === 0 ? 4_400 : 6_500;
    const electing: Behaviour = (nowMs, random) =>
      nowMs < 3_000 || nowMs >= overMs
        ? fast(nowMs, random)
        : { atMs: overMs + 5 * random, answer: "no" };
    // It asks for its read index again 500 ms later.
    const lagging: Behaviour = (nowMs, random) =>
      nowMs >= 3_000 && nowMs < overMs + 550
        ? { atMs: overMs + 550 + 5 * random, answer: "yes" }
        : fast(nowMs, random);
    const members = new Simulation(
      { a: electing, b: electing, c: lagging },
      { seed },
    );
    members.openStream();
    const load = { deadlineMs: 5_000, pauseMs: 20, untilMs: 9_000 };
    members.run(4, { method: "KV.Put", ...load });
    members.run(8, { method: "KV.Range", ...load });
    members.pool.clock.advance(15_000);
    assertStrictEquals(members.ejections.length, 0, `seed ${seed}`);
  }
});

Deno.test("Adaptive | a cluster that has lost its quorum: writes fail certainly", () => {
  const gone = from(2_000, never);
  const members = new Simulation({ a: gone, b: gone, c: gone });
  const load = { method: "KV.Put", deadlineMs: 10_000, pauseMs: 50 };
  members.run(4, { ...load, untilMs: 30_000 });
  members.pool.clock.advance(50_000);
  assertLess(members.tally.inDoubt, 5);
  assert(members.tally.failed > 100);
  assertStrictEquals(members.ejections.length, 0);
  assertStrictEquals(members.pool.clock.pending, 0);
});

Deno.test("Adaptive | a slow member (300 ms): reads are not", () => {
  const members = new Simulation({
    a: from(2_000, slow(300)),
    b: fast,
    c: fast,
  });
  const load = { method: "KV.Range", deadlineMs: 2_000, untilMs: 12_000 };
  members.run(16, load);
  members.pool.clock.advance(25_000);
  const { failed, longestMs, hedges } = members.tally;
  assertStrictEquals(failed, 0);
  assertLess(longestMs, 350);
  assertLess(hedges, 100);
  // It is found once, and not taken back.
  assertStrictEquals(members.ejections.length, 1);
});

Deno.test("Adaptive | a member that pauses for 300 ms each second is kept", () => {
  const pausing: Behaviour = (nowMs, random) => {
    const ms = nowMs % 1_000;
    return {
      atMs: nowMs + Math.max(300 - ms, 0) + 1 + 2 * random,
      answer: "yes",
    };
  };
  const members = new Simulation({ a: pausing, b: fast, c: fast });
  const load = { method: "KV.Range", deadlineMs: 2_000, untilMs: 12_000 };
  members.run(16, load);
  members.pool.clock.advance(25_000);
  const { failed, longestMs, hedges, calls } = members.tally;
  assertStrictEquals(failed, 0);
  assertLess(longestMs, 350);
  assertLess(hedges, 0.01 * calls);
  assertStrictEquals(members.ejections.length, 0);
});

Deno.test("Adaptive | all are slow: nobody is ejected, and few calls are sent twice", () => {
  const behave = from(2_000, slow(300));
  const members = new Simulation({ a: behave, b: behave, c: behave });
  const load = { deadlineMs: 2_000, untilMs: 20_000 };
  members.run(16, { method: "KV.Range", ...load });
  members.run(4, { method: "KV.Put", ...load });
  members.pool.clock.advance(25_000);
  const { failed, longestMs, hedges } = members.tally;
  assertStrictEquals(failed, 0);
  assertLess(longestMs, 700);
  assertLess(hedges, 20);
  assertStrictEquals(members.ejections.length, 0);
});

Deno.test("Adaptive | an event loop that stands still for 400 ms now and then", () => {
  const members = new Simulation({ a: fast, b: fast, c: fast });
  members.openStream();
  const load = { method: "KV.Range", deadlineMs: 5_000, untilMs: 15_000 };
  members.run(16, load);
  for (let ms = 0; ms < 15_000; ms += 1_000) {
    members.pool.clock.advance(600);
    members.pool.clock.stall(400);
  }
  members.pool.clock.advance(10_000);
  assertStrictEquals(members.tally.failed, 0);
  assertStrictEquals(members.ejections.length, 0);
});
