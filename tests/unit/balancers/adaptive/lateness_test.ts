import { assert, assertStrictEquals } from "@std/assert";
import type { PickInfo } from "../../../../balancers/strategy.ts";
import { Subject } from "./_subject.ts";

function lateMs(
  subject: Subject,
  method: string,
  kind: PickInfo["kind"] = "unary",
): number | undefined {
  const result = subject.picked({ method, kind });
  assert(result.action === "use");
  return result.lateMs;
}

function learn(subject: Subject, durations: readonly number[]): void {
  for (const durationMs of durations) {
    subject.pool.outcome("a", "none", { durationMs });
  }
}

const times = (count: number, ms: number) => Array<number>(count).fill(ms);

Deno.test("Adaptive calls nothing late before its floor", () => {
  const subject = Subject.trusted();
  assertStrictEquals(lateMs(subject, "KV.Range"), 150);
  learn(subject, times(100, 2));
  assertStrictEquals(lateMs(subject, "KV.Range"), 150);
  const own = Subject.trusted("abc", { lateFloorMs: 40 });
  learn(own, times(100, 2));
  assertStrictEquals(lateMs(own, "KV.Range"), 40);
});

Deno.test("Adaptive takes longer to call late what takes longer as a rule, each method by itself", () => {
  const subject = Subject.trusted();
  for (let made = 0; made < 50; made++) learn(subject, [180, 220]);
  const ms = lateMs(subject, "KV.Range") ?? 0;
  assert(ms > 300 && ms < 500, `${ms}`);
  assertStrictEquals(lateMs(subject, "Lease.LeaseTimeToLive"), 150);
});

Deno.test("Adaptive calls nothing later than 2 s late, and never what takes long as a rule", () => {
  const subject = Subject.trusted();
  for (let made = 0; made < 50; made++) learn(subject, [10, 900]);
  assertStrictEquals(lateMs(subject, "KV.Range"), 2_000);
  learn(subject, times(50, 1_000));
  assertStrictEquals(lateMs(subject, "KV.Range"), Infinity);
  learn(subject, times(100, 2));
  assertStrictEquals(lateMs(subject, "KV.Range"), 150);
});

Deno.test("Adaptive is not misled by one call that stands out", () => {
  const subject = Subject.trusted();
  learn(subject, times(100, 2));
  learn(subject, [30_000]);
  const ms = lateMs(subject, "KV.Range") ?? Infinity;
  assert(ms <= 400, `${ms}`);
});

Deno.test("Adaptive never calls late what waits for somebody else, or for a disk", () => {
  const subject = Subject.trusted();
  for (
    const method of [
      "Lock.Lock",
      "Election.Campaign",
      "KV.Compact",
      "Maintenance.Defragment",
      "Maintenance.HashKV",
    ]
  ) assertStrictEquals(lateMs(subject, method), Infinity, method);
  assertStrictEquals(lateMs(subject, "Watch.Watch", "stream"), undefined);
  assertStrictEquals(lateMs(subject, "", "tunnel"), undefined);
});

Deno.test("Adaptive holds no census for a refusal of what is long by nature", () => {
  const subject = Subject.trusted();
  subject.pool.clock.advance(1);
  const { asked } = subject;
  subject.pool.outcome("a", "member", { method: "Lock.Lock", durationMs: 1 });
  assertStrictEquals(subject.trust, "a trusted, b trusted, c trusted");
  assertStrictEquals(subject.asked, asked);
});

Deno.test("Adaptive is not led astray by a deadline that was too short", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  const details = { timedOut: true, durationMs: 50 };
  pool.clock.advance(10);
  // It has proven itself since the call began.
  pool.outcome("a", "member", details);
  assertStrictEquals(subject.asked, 3);
  pool.clock.advance(1_000);
  pool.outcome("a", "member", details);
  pool.outcome("a", "member", details);
  // It has not: it alone is asked, and is used as before.
  assertStrictEquals(subject.asked, 4);
  assertStrictEquals(subject.trust, "a trusted, b trusted, c trusted");
  assertStrictEquals(subject.picks(3), "abc");
  subject.answer("a");
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Adaptive finds a silent member by calls whose deadlines are short", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  pool.clock.advance(1_000);
  pool.outcome("a", "member", { timedOut: true, durationMs: 50 });
  pool.clock.advance(100);
  subject.answer("bc");
  pool.clock.advance(250);
  assertStrictEquals(pool.avoided, "a");
});

Deno.test("Adaptive takes no blame of a call, a connection or nobody for evidence", () => {
  const subject = Subject.trusted();
  for (const blame of ["call", "connection", "none"] as const) {
    subject.pool.outcome("a", blame);
  }
  assertStrictEquals(subject.asked, 3);
  assertStrictEquals(subject.trust, "a trusted, b trusted, c trusted");
});
