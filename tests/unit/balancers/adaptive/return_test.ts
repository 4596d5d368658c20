import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Subject } from "./_subject.ts";

/** Lets time pass in a client that is in use. */
function use(subject: Subject, ms: number): void {
  for (let passed = 0; passed < ms; passed += 10) {
    subject.pool.pick();
    subject.pool.clock.advance(10);
  }
}

Deno.test("Adaptive takes one back with the first question that is answered in time", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.eject("a");
  const { asked } = subject;
  use(subject, 240);
  assertStrictEquals(subject.asked, asked);
  use(subject, 20);
  assertStrictEquals(subject.asked, asked + 1);
  subject.answer("a");
  assertStrictEquals(subject.trust, "a trusted, b trusted, c trusted");
  assertStrictEquals(pool.avoided, "");
  assertStrictEquals(subject.picks(3), "abc");
});

Deno.test("Adaptive asks one at once that answers late, as it seems to be back", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.eject("a");
  use(subject, 250 + 400);
  const [late] = subject.open("a");
  late?.answer("yes");
  assertStrictEquals(pool.avoided, "a");
  subject.answer("a");
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Adaptive asks one again that gives an odd answer while it is ejected", () => {
  const subject = Subject.trusted();
  subject.eject("a");
  for (const answer of ["unknown", "no evidence", "no"] as const) {
    while (subject.open("a").length === 0) use(subject, 10);
    subject.answer("a", answer);
    assertStrictEquals(subject.pool.avoided, "a");
  }
  while (subject.open("a").length === 0) use(subject, 10);
  subject.answer("a");
  assertStrictEquals(subject.pool.avoided, "");
});

Deno.test("Adaptive does not ask one without end that is slow each time", () => {
  const subject = Subject.trusted();
  subject.eject("a");
  const { asked, pool } = subject;
  for (let ms = 0; ms < 60_000; ms += 10) {
    use(subject, 10);
    for (const inquiry of subject.open("a")) {
      if (pool.now() - inquiry.askedAtMs >= 300) inquiry.answer("yes");
    }
  }
  assertStrictEquals(pool.avoided, "a");
  assert(subject.asked - asked < 40, `${subject.asked - asked}`);
});

Deno.test("Adaptive asks one that is ejected ever less often, and not at all at rest", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.eject("a");
  let { asked } = subject;
  use(subject, 60_000);
  const made = subject.asked - asked;
  assert(made > 10 && made < 20, `${made}`);
  pool.clock.advance(60_000);
  ({ asked } = subject);
  pool.clock.advance(3_600_000);
  assertStrictEquals(subject.asked, asked);
  assertStrictEquals(pool.clock.pending, 0);
  // In use again: it may be back.
  pool.pick();
  assertStrictEquals(subject.asked, asked + 1);
  subject.answer("a");
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Adaptive has a new member left that is silent from the first while others serve", () => {
  const subject = new Subject("ab");
  const { pool } = subject;
  pool.up("a", "b");
  pool.pick({ kind: "stream", method: "Watch.Watch" });
  subject.answer("b");
  use(subject, 300);
  assertEquals(pool.vacated, []);
  use(subject, 500);
  assertStrictEquals(pool.avoided, "a");
  assertEquals(pool.vacated, ["a"]);
});

Deno.test("Adaptive has one left again that was used as there was nobody better", () => {
  const subject = Subject.trusted("ab");
  const { pool } = subject;
  subject.eject("a");
  pool.lose("b");
  const stream = pool.pick({ kind: "stream", method: "Watch.Watch" });
  assertStrictEquals(stream, "a");
  pool.up("b");
  subject.answer("b");
  const before = pool.vacated.length;
  use(subject, 3_000);
  assertStrictEquals(pool.vacated[before], "a");
});

Deno.test("Adaptive is slower to ask one that was silent again soon after its return", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.eject("a");
  for (let round = 0; round < 3; round++) {
    use(subject, 250 * 1.6 ** 3 * 2);
    if (round < 2) continue;
    subject.answer("a");
    // The first was late.
    subject.answer("a");
  }
  assertStrictEquals(pool.avoided, "");
  pool.clock.advance(1_000);
  subject.eject("a");
  const { asked } = subject;
  use(subject, 900);
  assertStrictEquals(subject.asked, asked);
});

Deno.test("Adaptive asks one that is ejected as soon as it has a new transport", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.eject("a");
  pool.lose("a");
  assertStrictEquals(pool.avoided, "a");
  pool.up("a");
  assertStrictEquals(subject.open("a").length, 1);
  subject.answer("a");
  assertStrictEquals(subject.trust, "a trusted, b trusted, c trusted");
});

Deno.test("Adaptive does not trust one again for the late answer to a call", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.eject("a");
  pool.outcome("a", "none", { durationMs: 3_000 });
  assertStrictEquals(pool.avoided, "a");
  pool.outcome("a", "none", { durationMs: 3 });
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Adaptive does not take the stall of the event loop for a late answer", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.eject("a");
  use(subject, 260);
  const { asked } = subject;
  pool.clock.stall(1_000);
  subject.answer("a");
  assertStrictEquals(pool.avoided, "");
  assertStrictEquals(subject.asked, asked);
});
