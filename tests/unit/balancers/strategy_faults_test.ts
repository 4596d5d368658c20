// What a pool makes of the mistakes of a strategy: no crash and no hang.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import type { PickResult } from "../../../balancers/strategy.ts";
import type { SubConnection } from "../../../balancers/sub_connection.ts";
import { BalancerError, Client, UnavailableError } from "../../../mod.ts";
import { methods } from "../../../proto/methods.ts";
import { FakeServer, waitFor } from "../../harness/mod.ts";
import { endpoints, microtasks } from "./transport/_fake_transport.ts";
import {
  anyReady,
  connectAll,
  FOREVER,
  INFO,
  Scripted,
  scripted,
} from "../api/call/_scripted_strategy.ts";
import { faultOf, mistake } from "./_strategy_fault.ts";

Deno.test("ConnectionPool fails the pick in which a strategy throws, and goes on", async () => {
  const { pool, strategy, network } = scripted();
  pool.start();
  const wait = pool.wait(INFO, FOREVER);
  strategy.onPick = mistake;
  assertStrictEquals(faultOf(pool.pick(INFO)), "pick() threw: mistake");
  network.at("a").up();
  assertStrictEquals(faultOf(await wait), "pick() threw: mistake");
  strategy.onPick = anyReady(strategy);
  assertStrictEquals(pool.pick(INFO).action, "use");
  await pool.close();
});

Deno.test("ConnectionPool fails the pick that is answered with no pick result", async () => {
  const { pool, strategy, network } = scripted();
  const other = scripted();
  other.pool.start();
  pool.start();
  network.at("a").up();
  const foreign = other.strategy.pool.connections[0];
  const wrong = "pick() returned a connection that is not one of this client's";
  const answers: readonly (readonly [unknown, string])[] = [
    [undefined, "pick() returned undefined"],
    ["a", "pick() returned 'a'"],
    [{ action: "maybe" }, "pick() returned { action: 'maybe' }"],
    [Promise.resolve({ action: "wait" }), "pick() returned Promise {"],
    [
      { action: "fail", error: "no" },
      "pick() returned { action: 'fail', error",
    ],
    [{ action: "use" }, wrong],
    [{ action: "use", connection: { state: "ready" } }, wrong],
    [{ action: "use", connection: foreign }, wrong],
  ];
  for (const [answer, expected] of answers) {
    strategy.onPick = () => answer as PickResult;
    const told = faultOf(pool.pick(INFO));
    assert(told.startsWith(expected), told);
  }
  await Promise.all([pool.close(), other.pool.close()]);
});

Deno.test("ConnectionPool lets a pick wait whose connection has left or is not ready yet", async () => {
  const { pool, strategy } = scripted("ab");
  pool.start();
  const [left] = strategy.pool.connections;
  strategy.onPick = () => ({
    action: "use",
    connection: left as SubConnection,
  });
  assertEquals(pool.pick(INFO), { action: "wait" });
  pool.setEndpoints(endpoints("b"));
  assertEquals(pool.pick(INFO), { action: "wait" });
  await pool.close();
});

Deno.test("ConnectionPool fails every pick when the strategy could not be started", async () => {
  const { pool, strategy } = scripted();
  strategy.onStart = mistake;
  for (let pick = 0; pick < 3; pick++) {
    assertStrictEquals(faultOf(pool.pick(INFO)), "start() threw: mistake");
  }
  pool.setEndpoints(endpoints("c"));
  assertEquals(strategy.log, ["start"]);
  await pool.close();
});

Deno.test("ConnectionPool uses a strategy that was asked for a snapshot while it started", async () => {
  const { pool, strategy, network } = scripted("a", () => {
    if (strategy.log.length === 1) pool.snapshot();
  });
  strategy.snapshot = mistake;
  strategy.onStart = () => {
    connectAll(strategy)();
    strategy.snapshot = () => ({ pin: undefined, avoided: [] });
  };
  assertStrictEquals(faultOf(pool.pick(INFO)), "snapshot() threw: mistake");
  network.at("a").up();
  assertStrictEquals(pool.pick(INFO).action, "use");
  await pool.close();
});

Deno.test("ConnectionPool takes a snapshot that is none for a mistake", async () => {
  for (const told of [undefined, { pin: "a" }, { avoided: [null] }]) {
    const { pool, strategy, network } = scripted();
    strategy.snapshot = () => told as never;
    pool.start();
    network.at("a").up();
    const { pin, avoided, connections } = pool.snapshot();
    assertEquals([pin, avoided, connections], [undefined, [], 2]);
    const fault = faultOf(pool.pick(INFO));
    assert(fault.startsWith("snapshot() threw: "), fault);
    strategy.snapshot = () => ({ pin: undefined, avoided: [] });
    await pool.close();
  }
});

Deno.test("ConnectionPool begins no timer or probe of a strategy that is closed", async () => {
  const { pool, strategy, clock } = scripted();
  pool.start();
  const [connection] = strategy.pool.connections;
  assert(connection);
  strategy.close = () => {
    strategy.pool.schedule(5, mistake);
    strategy.pool.probe(connection, 5, mistake);
  };
  await pool.close();
  assertStrictEquals(clock.pending, 0);
  await microtasks();
});

Deno.test("Client keeps the result of a call whose outcome makes the strategy throw", async () => {
  await using server = await FakeServer.start();
  server.handle(methods.kv.put.path, () => new Uint8Array());
  const strategy = new Scripted();
  strategy.onStart = connectAll(strategy);
  strategy.onPick = anyReady(strategy);
  strategy.onReport = mistake;
  await using client = new Client({
    endpoints: server.endpoint,
    balancer: () => strategy,
  });
  await client.put("k", "v");
  const error = await assertRejects(() => client.put("k", "v"), BalancerError);
  assertStrictEquals(error.method, "KV.Put");
  strategy.onReport = () => {};
  await client.put("k", "v");
  assertStrictEquals(server.calls(), 2);
});

Deno.test("Client says that it was the strategy that gave no connection", async () => {
  await using server = await FakeServer.start();
  const strategy = new Scripted();
  strategy.onStart = connectAll(strategy);
  await using client = new Client({
    endpoints: server.endpoint,
    balancer: () => strategy,
  });
  client.connect().catch(() => {});
  await waitFor(
    "the connection",
    () => client.balancer.endpoints[0]?.state === "ready",
  );
  await assertRejects(
    () => client.get("k", { timeoutMs: 100 }),
    UnavailableError,
    `Cannot get: the balancer 'scripted' gave no connection within 100 ms (unavailable): ${server.endpoint}: ready`,
  );
});
