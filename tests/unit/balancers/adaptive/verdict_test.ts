import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Subject } from "./_subject.ts";

Deno.test("Adaptive does not count the time for which the event loop stood still", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.late("a");
  subject.answer("bc");
  pool.clock.stall(1_000);
  assertStrictEquals(pool.avoided, "");
  // What has arrived is read before the next timer.
  subject.answer("a");
  pool.clock.advance(1_000);
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Adaptive judges after a stall of the event loop, if there is still no answer", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.late("a");
  subject.answer("bc");
  pool.clock.stall(1_000);
  pool.clock.advance(30);
  assertStrictEquals(pool.avoided, "a");
});

Deno.test("Adaptive waits as long as ever for those who could not have answered in a stall", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.late("a");
  pool.clock.stall(1_000);
  pool.clock.advance(100);
  assertStrictEquals(subject.trust, "a suspect, b trusted, c trusted");
  subject.answer("bc");
});

Deno.test("Adaptive gives one more time around an election", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  pool.outcome("b", "cluster");
  subject.answer("bc");
  pool.clock.advance(749);
  assertStrictEquals(pool.avoided, "");
  pool.clock.advance(1);
  assertStrictEquals(pool.avoided, "a");
});

Deno.test("Adaptive gives one more time when there is a quorum again", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.late("a");
  pool.clock.advance(550);
  pool.pick();
  pool.clock.advance(50);
  // The second round.
  subject.answer("bc");
  pool.clock.advance(749);
  assertStrictEquals(pool.avoided, "");
  pool.clock.advance(1);
  assertStrictEquals(pool.avoided, "a");
});

Deno.test("Adaptive gives no verdict on one whose question was no evidence", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.late("a");
  subject.answer("a", "no evidence");
  subject.answer("bc");
  assertStrictEquals(subject.trust, "a trusted, b trusted, c trusted");
  pool.clock.advance(1_000);
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Adaptive gives no verdict on one whose transport is lost meanwhile", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.late("a");
  subject.answer("bc");
  pool.lose("a");
  pool.clock.advance(1_000);
  assertStrictEquals(pool.avoided, "");
  assertEquals(pool.vacated, []);
});

Deno.test("Adaptive asks only the one in question when the last census came to nothing", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  for (let round = 0; round < 2; round++) {
    pool.clock.advance(250);
    subject.late("a");
    subject.answer("abc");
  }
  // It rests for 500 ms now.
  const { asked } = subject;
  subject.late("a");
  assertStrictEquals(subject.asked, asked);
  pool.clock.advance(251);
  subject.late("a");
  subject.late("a");
  assertStrictEquals(subject.asked, asked + 1);
  pool.clock.advance(100);
  // It has not answered: all are asked.
  assertStrictEquals(subject.trust, "a suspect, b trusted, c trusted");
  assertStrictEquals(subject.asked, asked + 4);
});

Deno.test("Adaptive bounds the questions about late calls that are no fault", () => {
  const subject = Subject.trusted("abc", {
    onAsk: (inquiry) => queue.push(inquiry),
  });
  const { pool } = subject;
  for (let ms = 0; ms < 60_000; ms += 10) {
    subject.late("a");
    while (queue.length > 0) queue.shift()?.answer("yes");
    pool.clock.advance(10);
  }
  assertStrictEquals(pool.avoided, "");
  assert(subject.asked < 330, `${subject.asked}`);
});
const queue: { answer(answer: "yes"): void }[] = [];
