// What a strategy that goes by evidence tells its users, and half of one.
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type {
  Standing,
  StrategySnapshot,
} from "../../../../balancers/strategy.ts";
import {
  anyReady,
  connectAll,
  INFO,
  poolOf,
  Scripted,
  scripted,
} from "../../api/call/_scripted_strategy.ts";
import { LateStrategy } from "../../api/call/_late_strategy.ts";

/** A strategy that trusts as a test says. */
class Trusting extends Scripted {
  trust: { endpoint: string; standing: Standing }[] = [];

  override snapshot(): StrategySnapshot {
    return { pin: undefined, avoided: [], trust: this.trust };
  }
}

Deno.test("ConnectionPool tells its listener of each change of trust, once", async () => {
  const strategy = new Trusting();
  strategy.onStart = connectAll(strategy);
  const { pool, events, clock } = poolOf(strategy, "a");
  pool.start();
  events.length = 0;
  const endpoint = "http://a:2379";
  for (
    const standing of [
      "new",
      "trusted",
      "trusted",
      "suspect",
      "ejected",
      "new",
      "unproven",
    ] as const
  ) {
    strategy.trust = [{ endpoint, standing }];
    strategy.pool.schedule(1, () => {});
    clock.advance(1);
  }
  assertEquals(events.map(({ type }) => type), [
    "trusted",
    "suspect",
    "ejected",
    "unproven",
  ]);
  assertEquals(pool.snapshot().trust, [{ endpoint, standing: "unproven" }]);
  await pool.close();
});

Deno.test("A wrapper that forwards picks and not onLate() fails each call, and says why", async () => {
  const inner = new LateStrategy();
  const { pool, network } = poolOf({
    name: "wrapper",
    retry: inner.retry,
    connection: inner.connection,
    start: (view) => inner.start(view),
    pick: (info) => inner.pick(info),
    onEndpoints: () => inner.onEndpoints(),
    onState: () => inner.onState(),
    snapshot: () => inner.snapshot(),
    close: () => inner.close(),
  }, "a");
  pool.start();
  network.at("a").up();
  const picked = pool.pick(INFO);
  assertStrictEquals(picked.action, "fail");
  assertMatch(
    picked.action === "fail" ? picked.error.message : "",
    /'wrapper': pick\(\) gives 'lateMs', and there is no onLate\(\)/,
  );
  await pool.close();
});

Deno.test("A strategy with onLate() whose pick gives no time fails each single call, and no stream", async () => {
  const strategy = new LateStrategy();
  strategy.onPick = anyReady(strategy);
  const { pool, network } = poolOf(strategy, "a");
  pool.start();
  network.at("a").up();
  const picked = pool.pick(INFO);
  assertMatch(
    picked.action === "fail" ? picked.error.message : "",
    /it has onLate\(\), and pick\(\) gives no 'lateMs'/,
  );
  assertStrictEquals(pool.pick({ ...INFO, kind: "stream" }).action, "use");
  await pool.close();
});

Deno.test("A strategy without onLate() is asked for nothing new", async () => {
  const { pool, network } = scripted("a");
  pool.start();
  network.at("a").up();
  assertEquals(pool.wants, { outcomes: true, late: false });
  assertStrictEquals(pool.pick(INFO).action, "use");
  assertEquals(pool.snapshot().trust, undefined);
  await pool.close();
});
