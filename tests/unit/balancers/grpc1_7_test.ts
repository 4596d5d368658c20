// The paragraph numbers are those of the specification's generations.md.
// The unhealthy list over time is in grpc1_7_window_test.ts.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Grpc1_7 } from "../../../balancers/grpc1_7.ts";
import type { Blame } from "../../../errors/retry_policy.ts";
import { start } from "./_grpc1_7_subject.ts";

Deno.test("Grpc1_7 declares what §2.5, §2.6 and §4.6 list for it", () => {
  const { name, retry, connection } = new Grpc1_7({ dialTimeoutMs: 1 });
  assertStrictEquals(name, "grpc1.7");
  assertEquals(retry, {
    maxAttempts: Infinity,
    waitMs: 25,
    jitter: 0.1,
    waitBefore: "attempt",
    repeatOn: ["unavailable"],
    repeatOnLearner: true,
  });
  // Go has no floor in this generation; etcd itself has one.
  assertEquals(connection, { pings: { minTimeMs: 5_000 } });
});

Deno.test("Grpc1_7 dials all, pins the first one up and drops the others (§2.2)", () => {
  const pool = start("abc");
  assertStrictEquals(pool.wanted, "abc");
  assertStrictEquals(pool.pick(), "wait");
  pool.up("b");
  assertStrictEquals(pool.pin, "b");
  assertStrictEquals(pool.wanted, "b");
  assertEquals(pool.dials, [1, 1, 1]);
  assertStrictEquals(pool.pick(), "b");
  assertStrictEquals(pool.drawn, 0);
});

Deno.test("Grpc1_7 pins the one that was ready first when several are new at one look (§2.3)", () => {
  const pool = start("abc");
  pool.quietly({ up: "c" }, { up: "a" });
  pool.look();
  assertStrictEquals(pool.pin, "c");
  assertStrictEquals(pool.wanted, "c");
});

Deno.test("Grpc1_7 does not pin another one that comes up while one is pinned (§2.3)", () => {
  const pool = start("ab");
  pool.up("a");
  pool.at("b").state = "connecting";
  pool.up("b");
  assertStrictEquals(pool.pin, "a");
  assertStrictEquals(pool.wanted, "a");
});

Deno.test("Grpc1_7 lists a lost pin, and dials only the others (§2.3)", () => {
  const pool = start("abc");
  pool.up("a");
  pool.lose("a");
  assertStrictEquals(pool.pin, undefined);
  assertStrictEquals(pool.avoided, "a");
  assertStrictEquals(pool.wanted, "bc");
  assertStrictEquals(pool.pick(), "wait");
  pool.up("c");
  assertStrictEquals(pool.pick(), "c");
  assertStrictEquals(pool.wanted, "c");
});

Deno.test("Grpc1_7 lists a pin that went down and up between two looks, and leaves it", () => {
  const pool = start("ab");
  pool.up("a");
  pool.quietly({ lose: "a" }, { up: "a" });
  assertStrictEquals(pool.pick(), "wait");
  pool.look();
  assertStrictEquals(pool.avoided, "a");
  assertStrictEquals(pool.wanted, "b");
});

Deno.test("Grpc1_7 does not list an endpoint that never came up (§2.3, etcd#8828)", () => {
  const pool = start("ab");
  pool.fail("b");
  pool.up("a");
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Grpc1_7 lists and leaves the pin when a call blames it, whatever the blame (§2.5)", () => {
  for (const blame of ["connection", "member", "cluster", "learner"] as const) {
    const pool = start("abc");
    pool.up("a");
    pool.outcome("a", blame);
    assertStrictEquals(pool.avoided, "a", blame);
    assertStrictEquals(pool.wanted, "bc", blame);
    assertStrictEquals(pool.pick(), "wait", blame);
    pool.up("b");
    assertStrictEquals(pool.pick(), "b", blame);
  }
});

Deno.test("Grpc1_7 keeps the pin when a call succeeded or was itself to blame (§2.5)", () => {
  for (const blame of ["none", "call"] satisfies Blame[]) {
    const pool = start("ab");
    pool.up("a");
    pool.outcome("a", blame);
    assertStrictEquals(pool.pin, "a", blame);
    assertStrictEquals(pool.avoided, "", blame);
  }
});

Deno.test("Grpc1_7 ignores the outcome of a transport that is gone", () => {
  const pool = start("ab");
  pool.up("a");
  const epoch = pool.at("a").epoch;
  pool.outcome("a", "member", epoch);
  pool.up("b");
  // Ten calls failed together; the nine others come late.
  for (let late = 0; late < 9; late++) pool.outcome("a", "member", epoch);
  assertStrictEquals(pool.pin, "b");
  assertStrictEquals(pool.avoided, "a");
});

Deno.test("Grpc1_7 ignores the outcome of an older transport of the pin", () => {
  const pool = start("a");
  pool.up("a");
  const old = pool.at("a").epoch;
  pool.outcome("a", "member", old);
  pool.up("a");
  pool.outcome("a", "member", old);
  assertStrictEquals(pool.pin, "a");
});

Deno.test("Grpc1_7 redials a single endpoint although it is listed (§2.2)", () => {
  const pool = start("a");
  pool.up("a");
  pool.lose("a");
  assertStrictEquals(pool.avoided, "a");
  assertStrictEquals(pool.wanted, "a");
  pool.up("a");
  assertStrictEquals(pool.pick(), "a");
  assertEquals(pool.probes, []);
});

Deno.test("Grpc1_7 dials all when all are listed, and pins the first one up without a probe (§2.2, §2.3)", () => {
  const pool = start("ab");
  pool.up("a");
  pool.lose("a");
  pool.up("b");
  pool.lose("b");
  assertStrictEquals(pool.avoided, "ab");
  assertStrictEquals(pool.wanted, "ab");
  pool.up("b");
  assertStrictEquals(pool.pick(), "b");
  assertStrictEquals(pool.wanted, "b");
  assertEquals(pool.probes, []);
});

Deno.test("Grpc1_7 drops every dial before it redials, which discards the backoff (§2.2 Next)", () => {
  const pool = start("abc");
  pool.up("a");
  pool.at("b").state = "failing";
  const before = pool.dials;
  pool.outcome("a", "member");
  assertEquals(pool.dials.map((dials, at) => dials - (before[at] ?? 0)), [
    0,
    1,
    1,
  ]);
  assertStrictEquals(pool.at("b").state, "connecting");
});

Deno.test("Grpc1_7 drops the pin's transport when it is left: its calls drain (§2.7)", () => {
  const pool = start("a");
  pool.up("a");
  pool.outcome("a", "connection");
  // One endpoint: disconnect(); connect() in one tick is a new transport.
  assertEquals(pool.dials, [2]);
  assertStrictEquals(pool.at("a").state, "connecting");
  assertStrictEquals(pool.pick(), "wait");
});

Deno.test("Grpc1_7 tells how long each endpoint has been avoided", () => {
  const pool = start("abc");
  pool.up("a");
  pool.lose("a");
  pool.clock.advance(250);
  pool.up("b");
  pool.lose("b");
  pool.clock.advance(50);
  assertEquals(pool.strategy.snapshot(), {
    pin: undefined,
    avoided: [{ endpoint: "a", ageMs: 300 }, { endpoint: "b", ageMs: 50 }],
  });
});

Deno.test("Grpc1_7 waits after close()", () => {
  const pool = start("a");
  pool.up("a");
  pool.strategy.close();
  assertStrictEquals(pool.pick(), "wait");
  assert(pool.strategy.snapshot().avoided.length === 0);
});
