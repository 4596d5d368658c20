import { assert, assertStrictEquals } from "@std/assert";
import type { FakeInquiry } from "../_fake_pool.ts";
import { Subject } from "./_subject.ts";

const subjectOf = (endpoints = "abc") =>
  Subject.trusted(endpoints, { writesToLeader: true });

function asked(subject: Subject): readonly FakeInquiry[] {
  return subject.pool.inquiries.filter(({ question, state }) =>
    question === "leader" && state === "open"
  );
}

/** Answers all open questions for the leader. */
function leads(subject: Subject, leader: string | undefined): void {
  for (const inquiry of asked(subject)) {
    inquiry.answer(inquiry.connection.endpoint === leader ? "yes" : "no");
  }
}

Deno.test("Adaptive sends writes to the leader if told to, and reads to all", () => {
  const subject = subjectOf();
  assertStrictEquals(asked(subject).length, 0);
  // Nobody waits for it.
  assert(subject.put() !== "wait");
  assertStrictEquals(asked(subject).length, 3);
  leads(subject, "b");
  for (let made = 0; made < 5; made++) assertStrictEquals(subject.put(), "b");
  assertStrictEquals(subject.picks(3), "abc");
  assertStrictEquals(asked(subject).length, 0);
});

Deno.test("Adaptive asks nobody for the leader unless told to, nor for reads", () => {
  const plain = Subject.trusted();
  plain.put();
  assertStrictEquals(asked(plain).length, 0);
  const reading = subjectOf();
  reading.picks(10);
  assertStrictEquals(asked(reading).length, 0);
});

Deno.test("Adaptive sends writes to all while nobody leads, and asks again", () => {
  const subject = subjectOf();
  const { pool } = subject;
  subject.put();
  leads(subject, undefined);
  let rounds = 0;
  for (let ms = 0; ms < 10_000; ms += 10) {
    pool.outcome(subject.put(), "none", { method: "KV.Put" });
    if (asked(subject).length === 3) rounds++;
    leads(subject, undefined);
    pool.clock.advance(10);
  }
  // After 250, 500, 1 000, 2 000, 4 000 ms.
  assertStrictEquals(rounds, 5);
  assertStrictEquals(subject.picks(3, { method: "KV.Put" }), "abc");
});

Deno.test("Adaptive stops to ask for the leader when nobody writes", () => {
  const subject = subjectOf();
  subject.put();
  leads(subject, undefined);
  const { asked: before, pool } = subject;
  pool.clock.advance(60_000);
  assertStrictEquals(subject.asked, before);
  assertStrictEquals(pool.clock.pending, 0);
  subject.put();
  assert(asked(subject).length > 0);
});

Deno.test("Adaptive seeks the leader anew when it is ejected, lost, or has handed over", () => {
  for (
    const fault of [
      (subject: Subject) => subject.eject("b"),
      (subject: Subject) => subject.pool.lose("b"),
      (subject: Subject) => subject.pool.outcome("a", "cluster"),
    ]
  ) {
    const subject = subjectOf();
    const { pool } = subject;
    subject.put();
    leads(subject, "b");
    fault(subject);
    pool.outcome("c", "none");
    subject.put();
    leads(subject, "c");
    pool.outcome("c", "none");
    assertStrictEquals(subject.put(), "c");
  }
});

Deno.test("Adaptive notices after 10 s that a leader has handed over without a word", () => {
  const subject = subjectOf();
  const { pool } = subject;
  subject.put();
  leads(subject, "b");
  for (let ms = 0; ms < 10_100; ms += 100) {
    assertStrictEquals(subject.put(), "b");
    pool.outcome("b", "none", { method: "KV.Put" });
    pool.clock.advance(100);
  }
  subject.put();
  assertStrictEquals(asked(subject).length, 1);
  leads(subject, "c");
  subject.put();
  leads(subject, "c");
  pool.outcome("c", "none");
  assertStrictEquals(subject.put(), "c");
});

Deno.test("Adaptive waits a moment for the leader's own proof, and no longer if it is silent", () => {
  const subject = subjectOf();
  const { pool } = subject;
  subject.put();
  leads(subject, "b");
  pool.clock.advance(3_000);
  pool.outcome("a", "none");
  pool.outcome("c", "none");
  assertStrictEquals(subject.put(), "wait");
  pool.clock.advance(10);
  assertStrictEquals(subject.put(), "wait");
  subject.answer("b");
  assertStrictEquals(subject.put(), "b");
  pool.clock.advance(3_000);
  pool.outcome("a", "none");
  assertStrictEquals(subject.put(), "wait");
  pool.clock.advance(100);
  assertStrictEquals(subject.put(), "a");
});

Deno.test("Adaptive does not send a write to a leader that has refused it, or is suspect", () => {
  const subject = subjectOf();
  const { pool } = subject;
  subject.put();
  leads(subject, "b");
  assert(subject.put({ tried: [pool.at("b")] }) !== "b");
  subject.late("b", { repeatable: false });
  assert(subject.put() !== "b");
});

Deno.test("Adaptive asks one that comes to be trusted meanwhile too", () => {
  const subject = subjectOf();
  const { pool } = subject;
  pool.lose("b");
  pool.outcome("a", "none");
  subject.put();
  assertStrictEquals(asked(subject).length, 2);
  pool.up("b");
  for (const inquiry of subject.open("b")) inquiry.answer("yes");
  assertStrictEquals(asked(subject).length, 3);
  leads(subject, "b");
  assertStrictEquals(subject.put(), "b");
});
