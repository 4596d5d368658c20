import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  BALANCER_NAMES,
  resolveBalancer,
} from "../../../../balancers/by_name.ts";
import {
  endpoint,
  endpoints,
  microtasks,
  NO_SETTINGS,
} from "../transport/_fake_transport.ts";
import {
  FOREVER,
  INFO,
  poolOf,
  scripted,
} from "../../api/call/_scripted_strategy.ts";

Deno.test("ConnectionPool.setEndpoints() keeps the transport of what stays, in the new order", async () => {
  const { pool, strategy, network } = scripted("abc");
  pool.start();
  for (const name of "abc") network.at(name).up();
  const before = pool.snapshot();
  strategy.log.length = 0;
  pool.setEndpoints(endpoints("dcb"));
  assertEquals(strategy.log.filter((entry) => entry !== "state"), [
    "endpoints",
  ]);
  assertEquals(
    pool.snapshot().endpoints.map((one) => [one.endpoint, one.state]),
    [
      [endpoint("d").url, "idle"],
      [endpoint("c").url, "ready"],
      [endpoint("b").url, "ready"],
    ],
  );
  assertStrictEquals(pool.snapshot().dials, before.dials);
  assertEquals(network.dials("b"), 1);
  assert(network.at("a").drained && !network.at("a").aborted);
  await microtasks();
  assertStrictEquals(pool.snapshot().connections, 2);
  assertStrictEquals(pool.size, 3);
});

Deno.test("ConnectionPool.setEndpoints() in another order, or with duplicates, changes nothing", () => {
  const { pool, strategy, network } = scripted("ab");
  pool.start();
  network.at("a").up();
  strategy.log.length = 0;
  const before = pool.snapshot();
  pool.setEndpoints(endpoints("ba"));
  pool.setEndpoints(endpoints("abab"));
  assertEquals(strategy.log, []);
  assertEquals(pool.snapshot(), before);
});

Deno.test("ConnectionPool.setEndpoints() lets calls on a dropped endpoint end by themselves", async () => {
  const { pool, network } = scripted("ab");
  pool.start();
  network.at("a").up();
  const picked = pool.pick(INFO);
  assert(picked.action === "use");
  const replies: unknown[] = [];
  picked.transport.unary("/x", new Uint8Array(), {
    ...NO_SETTINGS,
    onEnd: (reply) => replies.push(reply),
  });
  pool.setEndpoints(endpoints("b"));
  assertStrictEquals(picked.connection.state, "closed");
  assertEquals(pool.pick(INFO), { action: "wait" });
  assertStrictEquals(pool.snapshot().connections, 2, "draining counts");
  const reply = Uint8Array.of(1);
  network.at("a").call.reply(reply);
  await microtasks();
  assertEquals(replies, [reply]);
  assertStrictEquals(pool.snapshot().connections, 1);
});

Deno.test("ConnectionPool.setEndpoints() dials an endpoint anew that was dropped and comes back", async () => {
  const { pool, strategy, network } = scripted("ab");
  strategy.onLook = strategy.onStart;
  pool.start();
  const old = network.at("a");
  old.up();
  old.unary("/x", new Uint8Array(), NO_SETTINGS);
  pool.setEndpoints(endpoints("b"));
  pool.setEndpoints(endpoints("ab"));
  assertStrictEquals(network.dials("a"), 2);
  network.at("a").up();
  // Two draining or open ones of a, and the dial of b.
  assertStrictEquals(pool.snapshot().connections, 3);
  old.call.reply(new Uint8Array());
  await microtasks();
  assertStrictEquals(pool.snapshot().connections, 2);
});

Deno.test("ConnectionPool.setEndpoints() before the first call only changes the list", () => {
  const { pool, strategy, network } = scripted("ab");
  pool.setEndpoints(endpoints("c"));
  assertEquals(strategy.log, []);
  assertEquals(network.dialled, []);
  pool.start();
  assertEquals(network.dialled.map((one) => one.endpoint), [endpoint("c").url]);
});

Deno.test("ConnectionPool.setEndpoints() serves those who wait from the new endpoints", async () => {
  for (const name of BALANCER_NAMES) {
    const strategy = resolveBalancer(name)({ dialTimeoutMs: 1 });
    const { pool, network } = poolOf(strategy, "a");
    assertEquals(pool.pick(INFO), { action: "wait" });
    const wait = pool.wait(INFO, FOREVER);
    network.at("a").down("connection refused");
    pool.setEndpoints(endpoints("b"));
    network.at("b").up();
    const picked = await wait;
    assert(picked.action === "use", name);
    assertStrictEquals(picked.connection.endpoint, endpoint("b").url);
    await pool.close();
  }
});

Deno.test("ConnectionPool.setEndpoints() after close() opens nothing", async () => {
  const { pool, network } = scripted("ab");
  pool.start();
  await pool.close();
  pool.setEndpoints(endpoints("c"));
  assertEquals(pool.pick(INFO), { action: "closed" });
  assertStrictEquals(network.dialled.length, 2);
});

Deno.test("ConnectionPool.setEndpoints() from an event inside a hook: the last one counts", async () => {
  for (const [first, last] of [["b", "a"], ["b", "ac"], ["ab", "b"]] as const) {
    const { pool, strategy, network } = scripted("a", ({ type }) => {
      if (type !== "connecting" || network.dialled.length > 1) return;
      pool.setEndpoints(endpoints(first));
      pool.setEndpoints(endpoints(last));
    });
    strategy.onLook = strategy.onStart;
    pool.start();
    assertEquals(
      pool.snapshot().endpoints.map(({ endpoint, state }) => [endpoint, state]),
      [...last].map((name) => [endpoint(name).url, "connecting"]),
      `${first}, then ${last}`,
    );
    await pool.close();
  }
});
