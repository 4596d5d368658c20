// When a pool enters its strategy, and what it takes from there.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { endpoints } from "../transport/_fake_transport.ts";
import {
  FOREVER,
  INFO,
  OUTCOME,
  scripted,
} from "../../api/call/_scripted_strategy.ts";

Deno.test("ConnectionPool dials nothing before it is used, and starts its strategy once", () => {
  const { pool, strategy, network } = scripted();
  assertEquals(strategy.log, []);
  assertEquals(network.dialled, []);
  pool.start();
  pool.start();
  pool.pick(INFO);
  assertEquals(strategy.log.filter((entry) => entry === "start").length, 1);
  assertStrictEquals(network.dialled.length, 2);
});

Deno.test("ConnectionPool never enters a strategy from inside one of its hooks", () => {
  const { pool, strategy, network, clock } = scripted();
  // Each hook changes states, which must be told afterwards.
  const flip = () => {
    const [first] = strategy.pool.connections;
    first?.disconnect();
    first?.connect();
  };
  let flips = 3;
  strategy.onLook = () => flips-- > 0 && flip();
  strategy.onReport = flip;
  strategy.onPick = () => {
    flip();
    return { action: "wait" };
  };
  pool.pick(INFO);
  network.at("b").up();
  const connection = strategy.pool.connections[0];
  assert(connection);
  pool.report({ ...OUTCOME, connection });
  strategy.pool.schedule(5, flip);
  clock.advance(5);
  pool.setEndpoints(endpoints("bc"));
  const looks = strategy.log.filter((entry) => entry === "state").length;
  assert(looks >= 5, `${looks}`);
});

Deno.test("ConnectionPool tells several changes of one moment as one look", () => {
  const { pool, strategy } = scripted("abcd");
  pool.start();
  assertEquals(strategy.log, ["start", "state"]);
});

Deno.test("ConnectionPool.pick() from an event inside a hook waits for the hook to return", async () => {
  const waits: Promise<unknown>[] = [];
  const { pool, strategy, network } = scripted("ab", (event) => {
    if (event.type !== "connecting") return;
    const now = pool.pick(INFO);
    assertEquals(now, { action: "wait" });
    waits.push(pool.wait(INFO, FOREVER));
  });
  pool.start();
  assertStrictEquals(waits.length, 2);
  network.at("a").up();
  for (const result of await Promise.all(waits)) {
    assertStrictEquals((result as { action: string }).action, "use");
  }
  assert(!strategy.inside);
});

Deno.test("ConnectionPool.close() from an event inside a hook waits for the hook to return", async () => {
  let closing: Promise<void> | undefined;
  const { pool, strategy, network } = scripted("ab", () => {
    closing ??= pool.close();
  });
  pool.start();
  assert(closing);
  await closing;
  assertEquals(strategy.log, ["start", "close"]);
  assertEquals(pool.pick(INFO), { action: "closed" });
  for (const { aborted } of network.dialled) assert(aborted);
});
