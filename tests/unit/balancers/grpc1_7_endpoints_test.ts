// The pin of grpc1.7 while endpoints come and go (generations.md §2.7).
import { assertStrictEquals } from "@std/assert";
import { start } from "./_grpc1_7_subject.ts";

Deno.test("Grpc1_7 keeps the pin and clears the list when the endpoints change around it (§2.7)", () => {
  const pool = start("abc");
  pool.up("a");
  pool.lose("a");
  pool.up("b");
  assertStrictEquals(pool.avoided, "a");
  pool.set("bd");
  assertStrictEquals(pool.pin, "b");
  assertStrictEquals(pool.avoided, "");
  assertStrictEquals(pool.wanted, "b");
  pool.set("abd");
  pool.lose("b");
  assertStrictEquals(pool.wanted, "ad");
});

Deno.test("Grpc1_7 moves without listing when the pin leaves the set (§2.7)", () => {
  const pool = start("abc");
  pool.up("a");
  pool.set("bc");
  assertStrictEquals(pool.pin, undefined);
  assertStrictEquals(pool.avoided, "");
  assertStrictEquals(pool.wanted, "bc");
  pool.up("c");
  assertStrictEquals(pool.pick(), "c");
});

Deno.test("Grpc1_7 does not list a pin that left the set while a call on it was failing", () => {
  const pool = start("abc");
  pool.up("a");
  const connection = pool.at("a");
  const epoch = connection.epoch;
  pool.set("bc");
  pool.enter(() =>
    pool.strategy.onOutcome?.({
      connection,
      epoch,
      kind: "unary",
      blame: "member",
      method: "KV.Range",
      provesQuorum: false,
      timedOut: false,
      durationMs: 1,
      endedAtMs: 0,
    })
  );
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Grpc1_7 does not list a pin that it sees closed before it hears of the endpoints", () => {
  const pool = start("ab");
  pool.up("a");
  pool.at("a").state = "closed";
  pool.look();
  assertStrictEquals(pool.pin, undefined);
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Grpc1_7 dials the new ones when endpoints change while nothing is pinned", () => {
  const pool = start("ab");
  pool.set("bc");
  assertStrictEquals(pool.wanted, "bc");
  pool.up("c");
  assertStrictEquals(pool.pin, "c");
});
