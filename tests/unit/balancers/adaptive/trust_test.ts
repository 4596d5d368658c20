import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Subject } from "./_subject.ts";

Deno.test("Adaptive uses those that are up, and the trusted alone as soon as there is one", () => {
  const subject = new Subject("abc");
  const { pool } = subject;
  assertStrictEquals(pool.pick(), "wait");
  pool.up("a", "b", "c");
  assertStrictEquals(subject.picks(3), "abc");
  subject.answer("b");
  assertStrictEquals(subject.trust, "a new, b trusted, c new");
  assertStrictEquals(subject.picks(3), "bbb");
  subject.answer("ac");
  assertStrictEquals(subject.picks(6), "aabbcc");
});

Deno.test("Adaptive trusts a slow one where there is nobody better", () => {
  const subject = new Subject("ab");
  const { pool } = subject;
  pool.up("a", "b");
  pool.pick();
  for (let ms = 0; ms < 650; ms += 10) pool.clock.advance(10);
  subject.answer("a");
  assertStrictEquals(subject.trust, "a trusted, b new");
});

Deno.test("Adaptive asks each new transport once", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  assertStrictEquals(subject.asked, 3);
  pool.lose("a");
  assertStrictEquals(subject.trust, "a new, b trusted, c trusted");
  pool.up("a");
  assertStrictEquals(subject.asked, 4);
  assertStrictEquals(subject.picks(4), "bbcc");
  subject.answer("a");
  assertStrictEquals(subject.picks(3), "abc");
});

Deno.test("Adaptive drops a question about a transport that is gone", () => {
  const subject = new Subject("ab");
  const { pool } = subject;
  pool.up("a", "b");
  const [old] = subject.open("a");
  pool.quietly({ lose: "a" }, { up: "a" });
  pool.look();
  assertStrictEquals(old?.state, "canceled");
  assertStrictEquals(subject.open("a").length, 1);
  old?.answer("yes");
  assertStrictEquals(subject.trust, "a new, b new");
});

Deno.test("Adaptive never uses a learner while there are others", () => {
  const subject = new Subject("abc");
  const { pool } = subject;
  pool.up("a", "b", "c");
  subject.answer("ab");
  subject.answer("c", "no");
  assertStrictEquals(subject.picks(4), "aabb");
  for (let round = 0; round < 20; round++) {
    pool.pick();
    pool.clock.advance(5_000);
    if (subject.open("c").length > 0) subject.answer("c", "no");
  }
  assertStrictEquals(pool.avoided, "c");
  assertStrictEquals(subject.picks(4), "aabb");
});

Deno.test("Adaptive trusts a member by the answers of calls", () => {
  const subject = new Subject("ab");
  const { pool } = subject;
  pool.up("a", "b");
  pool.outcome("a", "none", { provesQuorum: false });
  assertStrictEquals(subject.trust, "a new, b new");
  pool.outcome("a", "none");
  assertStrictEquals(subject.trust, "a trusted, b new");
  assertStrictEquals(subject.open("a").length, 0);
});

Deno.test("Adaptive goes by the connection where a member does not answer such questions", () => {
  const subject = new Subject("abc");
  const { pool } = subject;
  pool.up("a", "b", "c");
  subject.answer("abc", "unknown");
  assertStrictEquals(subject.trust, "a unproven, b unproven, c unproven");
  const { asked } = subject;
  for (let call = 0; call < 60; call++) {
    for (const { endpoint } of pool.connections) pool.at(endpoint).inFlight = 1;
    assert(subject.put() !== "wait");
    subject.late("a", { repeatable: false });
    pool.outcome("a", "member");
    pool.clock.advance(1_000);
  }
  assertStrictEquals(subject.asked, asked);
  assertStrictEquals(subject.picks(6), "aabbcc");
  pool.lose("a");
  assertStrictEquals(subject.picks(4), "bbcc");
});

Deno.test("Adaptive uses one that cannot be asked beside those that can", () => {
  const subject = new Subject("abc");
  subject.pool.up("a", "b", "c");
  subject.answer("ab");
  subject.answer("c", "unknown");
  assertStrictEquals(subject.picks(6), "aabbcc");
  subject.pool.outcome("c", "none");
  assertStrictEquals(subject.trust, "a trusted, b trusted, c unproven");
});

Deno.test("Adaptive takes no odd answer for more than it is from a member that has answered before", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.late("a");
  subject.answer("bc");
  subject.answer("a", "unknown");
  assertStrictEquals(subject.trust, "a trusted, b trusted, c trusted");
  pool.lose("a");
  pool.up("a");
  subject.answer("a", "unknown");
  assertStrictEquals(subject.trust, "a unproven, b trusted, c trusted");
});

Deno.test("Adaptive asks again where a question was no evidence", () => {
  const subject = new Subject("ab");
  const { pool } = subject;
  pool.up("a", "b");
  pool.pick();
  subject.answer("b");
  subject.answer("a", "no evidence");
  assertStrictEquals(subject.trust, "a new, b trusted");
  pool.pick();
  pool.clock.advance(300);
  assertStrictEquals(subject.open("a").length, 1);
  subject.answer("a");
  assertStrictEquals(subject.trust, "a trusted, b trusted");
});

Deno.test("Adaptive keeps what it knows when endpoints are added and leave", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  pool.set("bcd");
  assertStrictEquals(subject.trust, "b trusted, c trusted, d new");
  pool.up("d");
  subject.answer("d");
  assertStrictEquals(subject.picks(6), "bbccdd");
});

Deno.test("Adaptive uses all that are connected when there is nobody better", () => {
  const subject = Subject.trusted();
  const { pool } = subject;
  subject.eject("a");
  assertStrictEquals(subject.picks(4), "bbcc");
  pool.lose("b", "c");
  assertStrictEquals(subject.picks(2), "aa");
  assertEquals(pool.vacated, ["a"]);
});

Deno.test("Adaptive forgets everything when it is closed", () => {
  const { pool } = Subject.trusted();
  pool.strategy.close();
  assertStrictEquals(pool.pick(), "wait");
  assertStrictEquals(pool.avoided, "");
});
