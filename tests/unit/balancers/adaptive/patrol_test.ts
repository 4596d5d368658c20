import { assert, assertLess, assertStrictEquals } from "@std/assert";
import { Subject } from "./_subject.ts";

/** A client with a stream on one member that answers at once. */
function watching(options: { watchMs?: number } = {}): Subject {
  const subject = Subject.trusted("abc", options);
  const on = subject.pool.pick({ kind: "stream", method: "Watch.Watch" });
  subject.pool.at(on).inFlight = 1;
  return subject;
}

/** Lets time pass in which all answer; returns the questions that were put. */
function rest(subject: Subject, ms: number): number {
  const { asked, pool } = subject;
  for (let passed = 0; passed < ms; passed += 10) {
    pool.clock.advance(10);
    for (const inquiry of pool.inquiries.slice(asked)) inquiry.answer("yes");
  }
  return subject.asked - asked;
}

Deno.test("Adaptive asks nobody when nothing is going on, and has no timer", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  pool.clock.advance(3_600_000);
  assertStrictEquals(subject.asked, 3);
  assertStrictEquals(pool.clock.pending, 0);
  pool.pick();
  pool.outcome("a", "none");
  pool.clock.advance(3_600_000);
  assertStrictEquals(subject.asked, 3);
  assertStrictEquals(pool.clock.pending, 0);
});

Deno.test("Adaptive asks a member that carries streams every 1.25 s, and no other", () => {
  const subject = watching();
  assertStrictEquals(rest(subject, 12_510), 10);
  const streaming = subject.pool.connections.find(({ inFlight }) =>
    inFlight > 0
  );
  for (const { connection } of subject.pool.inquiries.slice(3)) {
    assertStrictEquals(connection, streaming);
  }
});

Deno.test("Adaptive asks less often when a connection is quiet, and as before when it is used", () => {
  const subject = watching();
  rest(subject, 60_000);
  const quiet = rest(subject, 60_000);
  assert(quiet === 26 || quiet === 27, `${quiet}`);
  const on = subject.pool.pick({ kind: "stream", method: "Watch.Watch" });
  subject.pool.at(on).inFlight++;
  subject.pool.outcome("a", "none", { provesQuorum: false });
  subject.pool.outcome("b", "none", { provesQuorum: false });
  subject.pool.outcome("c", "none", { provesQuorum: false });
  const asked = rest(subject, 5_000);
  assert(asked >= 3, `${asked}`);
});

Deno.test("Adaptive keeps the interval it is given if that is longer", () => {
  const subject = watching({ watchMs: 10_000 });
  rest(subject, 60_000);
  assertStrictEquals(rest(subject, 100_000), 10);
});

Deno.test("Adaptive asks nobody while the answers of calls are proof", () => {
  const subject = watching();
  const { pool, asked } = subject;
  for (const { endpoint } of pool.connections) pool.at(endpoint).inFlight = 5;
  for (let ms = 0; ms < 60_000; ms += 100) {
    const member = pool.pick();
    pool.clock.advance(100);
    pool.outcome(member, "none");
  }
  assertStrictEquals(subject.asked, asked);
});

Deno.test("Adaptive finds a member that is silent under a stream, and vacates it", () => {
  const subject = watching();
  const { pool } = subject;
  const on = pool.connections.find(({ inFlight }) => inFlight > 0)?.endpoint ??
    "";
  const others = "abc".replace(on, "");
  let ms = 0;
  for (; pool.vacated.length === 0 && ms < 10_000; ms += 5) {
    pool.clock.advance(5);
    for (const other of others) {
      for (const inquiry of subject.open(other)) inquiry.answer("yes");
    }
  }
  assertStrictEquals(pool.avoided, on);
  assertLess(ms, 1_750);
});

Deno.test("Adaptive asks at once where a stream goes to a member without a recent proof", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  pool.clock.advance(2_000);
  const on = pool.pick({ kind: "stream", method: "Watch.Watch" });
  assertStrictEquals(subject.open(on).length, 1);
  assertStrictEquals(subject.asked, 4);
});

Deno.test("Adaptive asks soon again where a stream begins after a quiet time", () => {
  for (let offset = 0; offset < 2_250; offset += 250) {
    const subject = watching();
    const { pool } = subject;
    rest(subject, 120_000 + offset);
    const on = pool.pick({ kind: "stream", method: "Watch.Watch" });
    pool.at(on).inFlight++;
    subject.answer(on);
    const before = pool.inquiries.filter(({ connection }) =>
      connection.endpoint === on
    ).length;
    rest(subject, 1_400);
    const after = pool.inquiries.filter(({ connection }) =>
      connection.endpoint === on
    ).length;
    assert(after > before, `offset ${offset}`);
  }
});

Deno.test("Adaptive varies its interval by a tenth either way", () => {
  for (const [draw, ms] of [[0, 1_125], [0.999, 1_375]] as const) {
    const subject = Subject.trusted("abc", { random: () => draw });
    const on = subject.pool.pick({ kind: "stream", method: "Watch.Watch" });
    subject.pool.at(on).inFlight = 1;
    subject.pool.clock.advance(ms - 2);
    assertStrictEquals(subject.asked, 3);
    subject.pool.clock.advance(4);
    assertStrictEquals(subject.asked, 4);
  }
});

Deno.test("Adaptive takes no lack of evidence for silence", () => {
  const subject = watching();
  const { pool } = subject;
  for (let ms = 0; ms < 30_000; ms += 10) {
    pool.clock.advance(10);
    for (const name of "abc") {
      for (const inquiry of subject.open(name)) inquiry.answer("no evidence");
    }
  }
  assertStrictEquals(subject.trust, "a trusted, b trusted, c trusted");
});
