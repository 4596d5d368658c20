// The paragraph numbers are those of the specification's generations.md.
import { assertEquals, assertStrictEquals } from "@std/assert";
import { Grpc1_0 } from "../../../balancers/grpc1_0.ts";
import { FakePool, type FakePoolOptions } from "./_fake_pool.ts";

function start(endpoints: string, options?: FakePoolOptions): FakePool {
  return new FakePool(new Grpc1_0(), endpoints, options);
}

Deno.test("Grpc1_0 declares what §4.6 lists for it", () => {
  const { name, retry, connection } = new Grpc1_0();
  assertStrictEquals(name, "grpc1.0");
  assertEquals(retry, {
    maxAttempts: Infinity,
    waitMs: 25,
    jitter: 0.1,
    waitBefore: "attempt",
    repeatOn: ["unavailable", "internal"],
    repeatOnLearner: true,
  });
  assertEquals(connection, { pings: false });
});

Deno.test("Grpc1_0 dials every endpoint and keeps all of them (§1.1.1)", () => {
  const pool = start("abc");
  assertStrictEquals(pool.wanted, "abc");
  pool.up("a", "b", "c");
  assertStrictEquals(pool.wanted, "abc");
  assertEquals(pool.dials, [1, 1, 1]);
});

Deno.test("Grpc1_0 asks again for a connection that has become idle", () => {
  const pool = start("ab");
  pool.at("b").state = "idle";
  pool.look();
  assertEquals(pool.dials, [1, 2]);
});

Deno.test("Grpc1_0 pins the first one up without a draw (§1.1.2)", () => {
  const pool = start("abc");
  assertStrictEquals(pool.pick(), "wait");
  pool.up("b", "a", "c");
  assertStrictEquals(pool.pin, "b");
  assertStrictEquals(pool.pick(), "b");
  assertStrictEquals(pool.drawn, 0);
});

Deno.test("Grpc1_0 pins the one that was ready first when several are new at one look", () => {
  const pool = start("abc");
  pool.quietly({ up: "c" }, { up: "a" }, { up: "b" });
  pool.look();
  assertStrictEquals(pool.pin, "c");
  assertStrictEquals(pool.drawn, 0);
});

Deno.test("Grpc1_0 moves to a random other one when the pin is lost (§1.1.3)", () => {
  for (const [draw, expected] of [[0, "a"], [0.49, "a"], [0.5, "c"]] as const) {
    const pool = start("abc", { draws: [draw] });
    pool.up("b", "a", "c");
    pool.lose("b");
    assertStrictEquals(pool.pin, expected);
    assertStrictEquals(pool.drawn, 1);
  }
});

Deno.test("Grpc1_0 keeps the pin when others come up or are lost (§1.1.3)", () => {
  const pool = start("abc");
  pool.up("a", "b");
  pool.lose("b");
  pool.up("c", "b");
  pool.fail("c");
  assertStrictEquals(pool.pin, "a");
  assertStrictEquals(pool.drawn, 0);
});

Deno.test("Grpc1_0 has no pin while all are down, and then pins the first one up without a draw (§1.1.3)", () => {
  const pool = start("ab");
  pool.up("a");
  pool.lose("a");
  assertStrictEquals(pool.pin, undefined);
  assertStrictEquals(pool.pick(), "wait");
  const drawn = pool.drawn;
  pool.quietly({ up: "b" }, { up: "a" });
  pool.look();
  assertStrictEquals(pool.pick(), "b");
  assertStrictEquals(pool.drawn, drawn);
});

Deno.test("Grpc1_0 waits when the lost pin has not been looked at yet", () => {
  const pool = start("ab");
  pool.up("a", "b");
  pool.quietly({ lose: "a" });
  assertStrictEquals(pool.pick(), "wait");
  pool.look();
  assertStrictEquals(pool.pick(), "b");
});

Deno.test("Grpc1_0 moves the pin that went down and up between two looks, whatever it draws", () => {
  for (const draw of [0, 0.5, 0.99]) {
    const pool = start("abc", { draws: [draw] });
    pool.up("a", "b", "c");
    pool.quietly({ lose: "a" }, { up: "a" });
    pool.look();
    assertStrictEquals(pool.pin, draw < 0.5 ? "b" : "c");
  }
});

Deno.test("Grpc1_0 takes the lost one itself when only that is up again", () => {
  const pool = start("ab");
  pool.up("a");
  pool.quietly({ lose: "a" }, { up: "a" });
  pool.look();
  assertStrictEquals(pool.pin, "a");
  // The new transport is known: another look moves nothing.
  pool.up("b");
  assertStrictEquals(pool.pin, "a");
});

Deno.test("Grpc1_0 does not mind another one going down and up between two looks", () => {
  const pool = start("ab");
  pool.up("a", "b");
  pool.quietly({ lose: "b" }, { up: "b" });
  pool.look();
  assertStrictEquals(pool.pin, "a");
});

Deno.test("Grpc1_0 moves to another one when the pin leaves the set (§1.2)", () => {
  const pool = start("abc", { draws: [0.9] });
  pool.up("a", "b", "c");
  pool.set("bc");
  assertStrictEquals(pool.pin, "c");
  assertEquals(pool.dials, [1, 1]);
});

Deno.test("Grpc1_0 waits for the new ones when all endpoints are replaced (§1.2)", () => {
  const pool = start("a");
  pool.up("a");
  pool.set("bc");
  assertStrictEquals(pool.pick(), "wait");
  assertStrictEquals(pool.wanted, "bc");
  pool.up("c", "b");
  assertStrictEquals(pool.pick(), "c");
});

Deno.test("Grpc1_0 keeps the pin and dials the additions when endpoints are added (§1.2)", () => {
  const pool = start("ab");
  pool.up("b", "a");
  pool.set("cab");
  assertStrictEquals(pool.pin, "b");
  assertEquals(pool.dials, [1, 1, 1]);
  assertStrictEquals(pool.drawn, 0);
});

Deno.test("Grpc1_0 has neither pin nor list after close()", () => {
  const pool = start("ab");
  pool.up("a");
  pool.strategy.close();
  assertStrictEquals(pool.pick(), "wait");
  assertEquals(pool.strategy.snapshot(), { pin: undefined, avoided: [] });
});

Deno.test("Grpc1_0 leaves a learner that refuses a call, and knows nothing else of how calls end (§1.1.5)", () => {
  const pool = start("abc", { draws: [0.5] });
  pool.up("a", "b", "c");
  const others = ["none", "call", "connection", "member", "cluster"] as const;
  for (const blame of others) pool.outcome("a", blame);
  pool.outcome("a", "learner", 77);
  pool.outcome("b", "learner");
  assertStrictEquals(pool.pin, "a");
  pool.outcome("a", "learner");
  assertStrictEquals(pool.pin, "c");
  assertStrictEquals(pool.wanted, "abc");
});

Deno.test("Grpc1_0 keeps a learner as long as nobody else is up", () => {
  const pool = start("ab");
  pool.up("a");
  pool.outcome("a", "learner");
  assertStrictEquals(pool.pick(), "a");
  pool.up("b");
  pool.outcome("a", "learner");
  assertStrictEquals(pool.pick(), "b");
});
