import { assertEquals, assertStrictEquals } from "@std/assert";
import { Subject } from "./_subject.ts";

Deno.test("Adaptive ejects who alone is silent in a census, and vacates it", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  assertStrictEquals(subject.late("a"), "again");
  assertStrictEquals(subject.trust, "a suspect, b trusted, c trusted");
  // New calls avoid it while that is found out.
  assertStrictEquals(subject.picks(4), "bbcc");
  subject.answer("bc");
  pool.clock.advance(249);
  assertStrictEquals(pool.avoided, "");
  pool.clock.advance(1);
  assertStrictEquals(pool.avoided, "a");
  assertEquals(pool.vacated, ["a"]);
  assertStrictEquals(subject.picks(4), "bbcc");
});

Deno.test("Adaptive clears a suspect that answers", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.late("a");
  subject.answer("abc");
  assertStrictEquals(subject.trust, "a trusted, b trusted, c trusted");
  pool.clock.advance(5_000);
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Adaptive clears a suspect whose calls succeed meanwhile", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.late("a");
  subject.answer("bc");
  pool.clock.advance(100);
  pool.outcome("a", "none");
  assertStrictEquals(subject.trust, "a trusted, b trusted, c trusted");
  pool.clock.advance(1_000);
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Adaptive does not clear a suspect whose calls succeed late meanwhile", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.late("a");
  subject.answer("bc");
  pool.clock.advance(125);
  pool.outcome("a", "none", { durationMs: 300 });
  pool.clock.advance(125);
  assertStrictEquals(pool.avoided, "a");
});

Deno.test("Adaptive ejects nobody if all are silent", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  for (let round = 0; round < 20; round++) {
    subject.late("a", { repeatable: false });
    pool.clock.advance(500);
  }
  assertStrictEquals(pool.avoided, "");
  pool.clock.advance(10_000);
  assertStrictEquals(subject.picks(6), "aabbcc");
});

Deno.test("Adaptive never ejects an endpoint that is alone", () => {
  const subject = Subject.trusted("a");
  const { pool } = subject;
  for (let round = 0; round < 20; round++) {
    assertStrictEquals(subject.late("a"), "wait");
    pool.outcome("a", "member");
    pool.clock.advance(500);
    assertStrictEquals(pool.pick(), "a");
  }
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Adaptive ejects nobody if all are slow, and gives one that is slower its time", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.late("a");
  pool.clock.advance(180);
  subject.answer("bc");
  // Three times what the others took.
  pool.clock.advance(539);
  assertStrictEquals(subject.trust, "a suspect, b trusted, c trusted");
  subject.answer("a");
  assertStrictEquals(subject.trust, "a trusted, b trusted, c trusted");
});

Deno.test("Adaptive waits no longer than 750 ms for one that is slower than slow ones", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.late("a");
  pool.clock.advance(490);
  subject.answer("bc");
  pool.clock.advance(749);
  assertStrictEquals(pool.avoided, "");
  pool.clock.advance(2);
  assertStrictEquals(pool.avoided, "a");
});

Deno.test("Adaptive asks one that refuses again before it is ejected", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  pool.outcome("a", "member");
  subject.answer("bc");
  subject.answer("a", "no");
  assertStrictEquals(pool.avoided, "");
  pool.clock.advance(50);
  subject.answer("a");
  assertStrictEquals(subject.trust, "a trusted, b trusted, c trusted");
});

Deno.test("Adaptive ejects one that goes on refusing", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  pool.outcome("a", "learner");
  subject.answer("bc");
  for (let ms = 0; ms < 250; ms += 5) {
    if (subject.open("a").length > 0) subject.answer("a", "no");
    pool.clock.advance(5);
  }
  assertStrictEquals(pool.avoided, "a");
});

Deno.test("Adaptive does not wait for one that is ejected already", () => {
  const subject = Subject.trusted();
  subject.eject("a");
  subject.late("b");
  subject.answer("bc");
  // That is over: it rests, and the next one is asked alone.
  subject.pool.clock.advance(251);
  const { asked } = subject;
  subject.late("b");
  assertStrictEquals(subject.asked, asked + 3);
});

Deno.test("Adaptive does not eject the last one when whoever answered is gone", () => {
  const subject = Subject.trusted("ab");
  const { pool } = subject;
  subject.late("a");
  subject.answer("b");
  pool.quietly({ lose: "b" });
  pool.clock.advance(1_000);
  assertStrictEquals(pool.avoided, "");
  assertStrictEquals(pool.pick(), "a");
});

Deno.test("Adaptive keeps the last one, and changes over if another is back", () => {
  const subject = Subject.trusted("ab");
  const { pool } = subject;
  subject.eject("a");
  subject.late("b");
  pool.clock.advance(3_000);
  assertStrictEquals(pool.avoided, "a");
  subject.late("b");
  subject.answer("a");
  pool.clock.advance(1_100);
  assertStrictEquals(pool.avoided, "b");
  assertStrictEquals(pool.pick(), "a");
});
