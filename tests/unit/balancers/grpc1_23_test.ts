// The paragraph numbers are those of the specification's generations.md.
import { assertEquals, assertStrictEquals } from "@std/assert";
import { Grpc1_23 } from "../../../balancers/grpc1_23.ts";
import { FakePool, type FakePoolOptions } from "./_fake_pool.ts";

function start(endpoints: string, options?: FakePoolOptions): FakePool {
  return new FakePool(new Grpc1_23(), endpoints, options);
}

function picks(pool: FakePool, count: number): string {
  return Array.from({ length: count }, () => pool.pick()).join("");
}

Deno.test("Grpc1_23 declares what §3.2 and §4.6 list for it", () => {
  const { name, retry, connection } = new Grpc1_23();
  assertStrictEquals(name, "grpc1.23");
  assertEquals(retry, {
    maxAttempts: 100,
    waitMs: 25,
    jitter: 0.1,
    waitBefore: "quorum",
    repeatOn: ["unavailable"],
    resendRefused: true,
    repeatOnLearner: true,
  });
  // Go's floor is 10 s; ours is etcd's, as the class says.
  assertEquals(connection, { pings: { minTimeMs: 5_000 } });
});

Deno.test("Grpc1_23 dials every endpoint and keeps all of them (§3.1)", () => {
  const pool = start("abc");
  pool.up("a", "b", "c");
  assertStrictEquals(pool.wanted, "abc");
  assertEquals(pool.dials, [1, 1, 1]);
});

Deno.test("Grpc1_23 asks for a connection at once when it has become idle (§3.1)", () => {
  const pool = start("ab");
  pool.at("a").state = "idle";
  pool.look();
  assertEquals(pool.dials, [2, 1]);
});

Deno.test("Grpc1_23 waits while nothing is ready, and serves from the first one up (§3.1)", () => {
  const pool = start("abc");
  assertStrictEquals(pool.pick(), "wait");
  pool.fail("a");
  assertStrictEquals(pool.pick(), "wait");
  pool.up("b");
  assertStrictEquals(picks(pool, 3), "bbb");
});

Deno.test("Grpc1_23 goes round the ready ones, one call each (§3.1)", () => {
  const pool = start("abc", { draws: [0, 0, 0] });
  pool.up("a", "b", "c");
  assertStrictEquals(picks(pool, 7), "abcabca");
});

Deno.test("Grpc1_23 draws where it starts at each rebuild", () => {
  const draws = [0, 0.6, 0.99, 0.34];
  const pool = start("abc", { draws });
  pool.up("a", "b", "c");
  // 0.99 of three is the last one.
  assertStrictEquals(picks(pool, 3), "cab");
  pool.quietly({ lose: "a" }, { up: "a" });
  pool.look();
  assertStrictEquals(picks(pool, 3), "bca");
});

Deno.test("Grpc1_23 rebuilds when one enters or leaves the ready ones (§3.1)", () => {
  const pool = start("abc", { draws: [0, 0, 0, 0, 0] });
  pool.up("a", "b");
  assertStrictEquals(picks(pool, 4), "abab");
  pool.up("c");
  assertStrictEquals(picks(pool, 4), "abca");
  pool.lose("a");
  assertStrictEquals(picks(pool, 4), "bcbc");
});

Deno.test("Grpc1_23 rebuilds when one went down and up between two looks", () => {
  const pool = start("ab", { draws: [0, 0.5, 0] });
  pool.up("a", "b");
  assertStrictEquals(pool.drawn, 2);
  pool.quietly({ lose: "b" }, { up: "b" });
  pool.look();
  assertStrictEquals(pool.drawn, 3);
  assertStrictEquals(picks(pool, 2), "ab");
});

Deno.test("Grpc1_23 goes on where it was when nothing changed among the ready ones", () => {
  const pool = start("abc", { draws: [0, 0] });
  pool.up("a", "b");
  assertStrictEquals(pool.pick(), "a");
  pool.fail("c");
  pool.look();
  assertStrictEquals(pool.pick(), "b");
  assertStrictEquals(pool.drawn, 2);
});

Deno.test("Grpc1_23 passes over one that was lost since the last look", () => {
  const pool = start("abc", { draws: [0, 0, 0] });
  pool.up("a", "b", "c");
  pool.quietly({ lose: "a" }, { lose: "c" });
  assertStrictEquals(picks(pool, 3), "bbb");
  pool.quietly({ lose: "b" });
  assertStrictEquals(pool.pick(), "wait");
});

Deno.test("Grpc1_23 remembers nothing about how calls end (§3.1)", () => {
  const { onOutcome } = new Grpc1_23() as { onOutcome?: unknown };
  assertStrictEquals(onOutcome, undefined);
  assertEquals(new Grpc1_23().snapshot(), { pin: undefined, avoided: [] });
});

Deno.test("Grpc1_23 adds and drops endpoints and keeps the others' connections (§3.4)", () => {
  const pool = start("abc", { draws: [0, 0, 0, 0, 0] });
  pool.up("a", "b", "c");
  pool.set("bcd");
  assertStrictEquals(picks(pool, 4), "bcbc");
  assertEquals(pool.dials, [1, 1, 1]);
  pool.up("d");
  assertStrictEquals(picks(pool, 4), "bcdb");
});

Deno.test("Grpc1_23 has no ring after close()", () => {
  const pool = start("ab");
  pool.up("a", "b");
  pool.strategy.close();
  assertStrictEquals(pool.pick(), "wait");
});
