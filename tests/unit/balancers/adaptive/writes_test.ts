import { assert, assertStrictEquals } from "@std/assert";
import { HOLD_MS } from "../../../../balancers/adaptive/_write_gate.ts";
import { heldMs } from "./_held.ts";
import { Subject } from "./_subject.ts";

Deno.test("Adaptive has a write wait for proof after an idle time, and a read not", () => {
  const subject = Subject.trusted();
  subject.pool.clock.advance(10_000);
  assert(subject.pool.pick() !== "wait");
  assertStrictEquals(subject.put(), "wait");
  assertStrictEquals(subject.put(), "wait");
  assertStrictEquals(subject.asked, 6);
  subject.answer("b");
  for (let made = 0; made < 4; made++) assertStrictEquals(subject.put(), "b");
  subject.answer("ac");
  assertStrictEquals(subject.picks(3, { method: "KV.Put" }), "abc");
});

Deno.test("Adaptive has no write wait while calls are proof", () => {
  const subject = Subject.trusted();
  const { asked } = subject;
  for (let ms = 0; ms < 20_000; ms += 100) {
    const member = subject.put();
    assert(member !== "wait");
    subject.pool.outcome(member, "none", { method: "KV.Put" });
    subject.pool.clock.advance(100);
  }
  assertStrictEquals(subject.asked, asked);
});

Deno.test("Adaptive asks one whose turn it is for the next write, and does not wait for it", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  pool.clock.advance(1_900);
  pool.outcome("a", "none");
  pool.outcome("b", "none");
  pool.clock.advance(500);
  assertStrictEquals(subject.picks(4, { method: "KV.Put" }), "aabb");
  assertStrictEquals(subject.open("c").length, 1);
  subject.answer("c");
  assertStrictEquals(subject.picks(3, { method: "KV.Put" }), "abc");
});

Deno.test("Adaptive does not count the answers of serializable reads as proof", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  for (let ms = 0; ms < 3_000; ms += 100) {
    pool.outcome("a", "none", { provesQuorum: false });
    pool.clock.advance(100);
  }
  assertStrictEquals(subject.put(), "wait");
});

Deno.test("Adaptive asks before a write when a member is lost that may have led", () => {
  const subject = Subject.trusted();
  assert(subject.put() !== "wait");
  subject.pool.lose("a");
  assertStrictEquals(subject.put(), "wait");
  subject.answer("c");
  assertStrictEquals(subject.put(), "c");
});

Deno.test("Adaptive has no write wait for the others of one that was ejected: they have just answered", () => {
  const subject = Subject.trusted();
  subject.eject("a");
  assert("bc".includes(subject.put()));
});

Deno.test("Adaptive asks nobody before a write with `freshMs: 0`, nor where there is no choice", () => {
  for (
    const subject of [
      Subject.trusted("abc", { freshMs: 0 }),
      Subject.trusted("a"),
    ]
  ) {
    const { asked } = subject;
    subject.pool.clock.advance(60_000);
    assert(subject.put() !== "wait");
    assertStrictEquals(subject.asked, asked);
  }
});

Deno.test("Adaptive lets a write go after 400 ms if the questions were no evidence", () => {
  const subject = Subject.trusted();
  subject.pool.clock.advance(10_000);
  assertStrictEquals(subject.put(), "wait");
  subject.answer("abc", "no evidence");
  const { put, ms } = heldMs(subject);
  assert("abc".includes(put), put);
  assertStrictEquals(ms, 400);
});

Deno.test("Adaptive keeps a first write back until somebody has proven itself", () => {
  const subject = new Subject("abc");
  subject.pool.up("a", "b", "c");
  assertStrictEquals(subject.put(), "wait");
  assert(subject.pool.pick() !== "wait");
  subject.answer("b");
  assertStrictEquals(subject.put(), "b");
});

Deno.test("Adaptive has a write wait for the verdict where all are suspect", () => {
  const subject = Subject.trusted("ab");
  const { pool } = subject;
  subject.late("a");
  subject.late("b");
  assertStrictEquals(subject.put(), "wait");
  assert(pool.pick() !== "wait");
  subject.answer("b");
  assertStrictEquals(subject.put(), "b");
});

Deno.test("Adaptive has a write wait for the verdict also soon after it has asked for another", () => {
  const subject = Subject.trusted("ab");
  const { pool } = subject;
  pool.clock.advance(10_000);
  assertStrictEquals(subject.put(), "wait");
  subject.answer("ab");
  assert(subject.put() !== "wait");
  pool.clock.advance(500);
  subject.late("a");
  subject.late("b");
  assertStrictEquals(subject.put(), "wait");
});

Deno.test("Adaptive is entered when a write's wait may end, so that the pool looks again", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  pool.clock.advance(10_000);
  const entered: number[] = [];
  const enter = pool.enter.bind(pool);
  pool.enter = (task) => {
    entered.push(pool.now() - 10_000);
    enter(task);
  };
  subject.put();
  subject.answer("abc", "no evidence");
  subject.put();
  pool.clock.advance(1_000);
  assert(entered.includes(400), `${entered}`);
  pool.clock.advance(60_000);
  subject.put();
  const sinceMs = pool.now();
  for (let ms = 0; ms < 4_900; ms += 10) {
    subject.put();
    pool.clock.advance(10);
  }
  pool.clock.advance(1_000);
  assert(entered.includes(sinceMs - 10_000 + HOLD_MS), `${entered}`);
});
