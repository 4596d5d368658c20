import { assert, assertStrictEquals } from "@std/assert";
import { HOLD_MS } from "../../../../balancers/adaptive/_write_gate.ts";
import { UnavailableError } from "../../../../errors/mod.ts";
import { heldMs, loseQuorum } from "./_held.ts";
import { Subject } from "./_subject.ts";

Deno.test("Adaptive takes no silence for the loss of the quorum while calls are answered", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.late("a");
  pool.clock.advance(200);
  pool.outcome("b", "none");
  pool.clock.advance(100);
  assertStrictEquals(subject.put(), "b");
});

Deno.test("Adaptive keeps writes back while nobody has a quorum, and no reads", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  loseQuorum(subject);
  assertStrictEquals(subject.put(), "wait");
  assert(pool.pick() !== "wait");
  // All are asked again and again, though no call is late.
  const { asked } = subject;
  for (let ms = 0; ms < 2_000; ms += 50) {
    assertStrictEquals(subject.put(), "wait");
    pool.clock.advance(50);
  }
  assert(subject.asked >= asked + 6);
  subject.answer("b");
  assertStrictEquals(subject.put(), "b");
});

Deno.test("Adaptive lets writes go as soon as the answer of a call shows a quorum", () => {
  const subject = Subject.trusted();
  loseQuorum(subject);
  assertStrictEquals(subject.put(), "wait");
  subject.pool.outcome("c", "none");
  assertStrictEquals(subject.put(), "c");
});

Deno.test("Adaptive fails a write that it has kept back for 5 s: nothing was sent", () => {
  const subject = Subject.trusted();
  loseQuorum(subject);
  const { put, ms } = heldMs(subject);
  assertStrictEquals(put, "fail");
  assertStrictEquals(ms, HOLD_MS);
  // Whoever comes next is told at once.
  const result = subject.picked({ method: "KV.Put" });
  assert(result.action === "fail");
  const { error } = result;
  assert(error instanceof UnavailableError);
  assert(error.retryable && !error.maybeCommitted);
  assertStrictEquals(error.method, "KV.Put");
  assertStrictEquals(
    error.message,
    "Cannot call KV.Put: no member has shown a quorum for 5000 ms (unavailable); nothing was sent",
  );
  assert(subject.pool.pick() !== "wait");
});

Deno.test("Adaptive keeps writes back from a question that nobody answers on, 5 s in all", () => {
  const subject = Subject.trusted();
  subject.pool.clock.advance(10_000);
  const { put, ms } = heldMs(subject);
  assertStrictEquals(put, "fail");
  assertStrictEquals(ms, HOLD_MS);
});

Deno.test("Adaptive begins anew when nobody wanted to write for a while", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  loseQuorum(subject);
  heldMs(subject);
  pool.clock.advance(60_000);
  // It is at rest, and what it knew is old.
  const { asked } = subject;
  pool.clock.advance(600_000);
  assertStrictEquals(subject.asked, asked);
  const { put, ms } = heldMs(subject);
  assertStrictEquals(put, "fail");
  assertStrictEquals(ms, HOLD_MS);
});

Deno.test("Adaptive keeps no write back while a member cannot be asked", () => {
  const subject = new Subject("ab");
  const { pool } = subject;
  pool.up("a", "b");
  subject.answer("a");
  subject.answer("b", "unknown");
  pool.clock.advance(5_000);
  for (let round = 0; round < 40; round++) {
    subject.late("a", { repeatable: false });
    assertStrictEquals(subject.put(), "b");
    pool.clock.advance(250);
  }
});
