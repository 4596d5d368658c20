// How long an endpoint stays on the list of grpc1.7 (generations.md §2.2 to
// §2.4), and the probe before it is pinned again.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { FakePool, FakeProbe } from "./_fake_pool.ts";
import { start, WINDOW_MS } from "./_grpc1_7_subject.ts";

const HEALTHY = true;

Deno.test("Grpc1_7 sweeps every max(dial timeout, 3 s) (§2.1)", () => {
  const windows = [[1, 3_000], [3_000, 3_000], [3_001, 3_001], [8_000, 8_000]];
  for (const [dialTimeoutMs, windowMs = 0] of windows) {
    const pool = start("ab", dialTimeoutMs);
    pool.fail("a", "b");
    for (const dials of [1, 2, 3]) {
      assertEquals(pool.dials, [dials, dials]);
      pool.clock.advance(windowMs - 1);
      assertEquals(pool.dials, [dials, dials]);
      pool.clock.advance(1);
    }
  }
});

Deno.test("Grpc1_7 redials everything at a sweep without a pin, which bounds an outage by the window (§2.4)", () => {
  const pool = start("abc");
  pool.fail("a", "b", "c");
  pool.clock.advance(WINDOW_MS);
  assertStrictEquals(pool.wanted, "abc");
  assertEquals(pool.connections.map(({ state }) => state), [
    "connecting",
    "connecting",
    "connecting",
  ]);
});

Deno.test("Grpc1_7 leaves a healthy pin alone at a sweep (§2.2)", () => {
  const pool = start("ab");
  pool.up("a");
  pool.clock.advance(10 * WINDOW_MS);
  assertStrictEquals(pool.pin, "a");
  assertEquals(pool.dials, [1, 1]);
});

Deno.test("Grpc1_7 removes a mark at the first sweep strictly after the window (§2.4)", () => {
  const pool = start("ab");
  pool.up("a");
  pool.clock.advance(1);
  pool.lose("a");
  pool.up("b");
  pool.clock.advance(WINDOW_MS - 1);
  assertStrictEquals(pool.avoided, "a", "the first sweep comes too early");
  pool.clock.advance(WINDOW_MS - 1);
  assertStrictEquals(pool.avoided, "a");
  pool.clock.advance(1);
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Grpc1_7 keeps a mark made just before a sweep for little more than one window (§2.4)", () => {
  const pool = start("ab");
  pool.up("a");
  pool.clock.advance(WINDOW_MS - 1);
  pool.lose("a");
  pool.up("b");
  pool.clock.advance(WINDOW_MS);
  assertStrictEquals(pool.avoided, "a", "one window old is not older");
  pool.clock.advance(1);
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Grpc1_7 keeps a mark made exactly on a sweep for two windows (§2.4)", () => {
  const pool = start("abc");
  pool.up("a");
  // Listed right after the sweep of the same instant.
  pool.clock.advance(WINDOW_MS);
  pool.outcome("a", "member");
  pool.up("b");
  pool.clock.advance(WINDOW_MS);
  assertStrictEquals(pool.avoided, "a", "exactly one window is not older");
  pool.clock.advance(WINDOW_MS - 1);
  assertStrictEquals(pool.avoided, "a");
  pool.clock.advance(1);
  assertStrictEquals(pool.avoided, "");
});

Deno.test("Grpc1_7 does not move the pin when a mark is removed (§2.4)", () => {
  const pool = start("ab");
  pool.up("a");
  pool.lose("a");
  pool.up("b");
  pool.clock.advance(2 * WINDOW_MS);
  assertStrictEquals(pool.avoided, "");
  assertStrictEquals(pool.pin, "b");
  assertStrictEquals(pool.wanted, "b");
});

Deno.test("Grpc1_7 leaves a listed pin at a sweep, and lists it anew (§2.2)", () => {
  const pool = start("ab");
  pool.up("a");
  pool.clock.advance(1_000);
  pool.lose("a");
  pool.up("b");
  pool.lose("b");
  pool.up("a");
  assertStrictEquals(pool.pin, "a");
  assertStrictEquals(pool.avoided, "ab");
  pool.clock.advance(WINDOW_MS - 1_000);
  assertStrictEquals(pool.pin, undefined);
  assertStrictEquals(pool.wanted, "ab");
  const age = new Map(
    pool.strategy.snapshot().avoided.map((one) => [one.endpoint, one.ageMs]),
  );
  assertEquals(age, new Map([["a", 0], ["b", 4_000]]));
});

Deno.test("Grpc1_7 keeps leaving a single endpoint at every sweep once it was listed", () => {
  // Faithful to Go: each sweep lists it anew, so that it never leaves the list.
  const pool = start("a");
  pool.up("a");
  pool.outcome("a", "member");
  pool.up("a");
  for (let sweeps = 1; sweeps <= 4; sweeps++) {
    pool.clock.advance(WINDOW_MS);
    assertStrictEquals(pool.pin, undefined);
    assertEquals(pool.dials, [2 + sweeps]);
    pool.up("a");
    assertStrictEquals(pool.pin, "a");
  }
});

Deno.test("Grpc1_7 comes back to a listed endpoint when the others stay down, within two windows (§2.4)", () => {
  const pool = start("abc");
  pool.up("a");
  pool.clock.advance(100);
  pool.lose("a");
  pool.fail("b", "c");
  pool.clock.advance(WINDOW_MS - 100);
  assertStrictEquals(pool.wanted, "bc", "the mark is not old enough");
  pool.clock.advance(WINDOW_MS);
  assertStrictEquals(pool.wanted, "abc");
  pool.up("a");
  assertStrictEquals(pool.pick(), "a");
});

/** A listed endpoint comes up, which real connections never do. */
function comeUpListed(waitMs: number): FakePool {
  const pool = start("abc");
  pool.up("a");
  pool.clock.advance(1_000);
  pool.lose("a");
  pool.clock.advance(waitMs);
  pool.quietly({ up: "a" });
  pool.look();
  return pool;
}

function onlyProbe(pool: FakePool): FakeProbe {
  const [probe, ...more] = pool.probes;
  assert(probe !== undefined && more.length === 0, `${pool.probes.length}`);
  return probe;
}

Deno.test("Grpc1_7 does not pin an endpoint listed for less than the window (§2.3)", () => {
  const pool = comeUpListed(WINDOW_MS - 1);
  assertStrictEquals(pool.pin, undefined);
  assertEquals(pool.probes, []);
});

Deno.test("Grpc1_7 probes an endpoint listed for a window with 1 s, and pins it if it is healthy (§2.3)", () => {
  const pool = comeUpListed(WINDOW_MS);
  const probe = onlyProbe(pool);
  assertStrictEquals(probe.connection, pool.at("a"));
  assertStrictEquals(probe.timeoutMs, 1_000);
  assertStrictEquals(pool.pick(), "wait");
  assertStrictEquals(pool.wanted, "bc", "the probe goes on as it drains");
  probe.answer(HEALTHY);
  assertStrictEquals(pool.avoided, "");
  assertStrictEquals(pool.wanted, "abc");
  pool.up("a");
  assertStrictEquals(pool.pin, "a");
});

Deno.test("Grpc1_7 lists an endpoint anew when its probe fails (§2.3)", () => {
  const pool = comeUpListed(WINDOW_MS);
  pool.clock.advance(10);
  onlyProbe(pool).answer(!HEALTHY);
  assertStrictEquals(pool.pin, undefined);
  assertEquals(pool.strategy.snapshot().avoided, [{ endpoint: "a", ageMs: 0 }]);
});

Deno.test("Grpc1_7 probes once while a probe is running, and drops it when another one is pinned", () => {
  const pool = comeUpListed(WINDOW_MS);
  for (let comesUp = 0; comesUp < 3; comesUp++) {
    pool.quietly({ up: "a" });
    pool.look();
  }
  const probe = onlyProbe(pool);
  pool.up("b");
  assertStrictEquals(pool.pin, "b");
  assert(probe.canceled);
});

Deno.test("Grpc1_7 drops the probe when the endpoints change: the list is empty then", () => {
  const pool = comeUpListed(WINDOW_MS);
  const probe = onlyProbe(pool);
  pool.set("bcd");
  probe.answer(!HEALTHY);
  // A mark of an endpoint that left would count as one of the three.
  assertStrictEquals(pool.avoided, "");
  assert(probe.canceled);
});
