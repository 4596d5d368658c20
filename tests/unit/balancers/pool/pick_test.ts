// Picks, and those that wait for one.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { endpoint, endpoints } from "../transport/_fake_transport.ts";
import {
  anyReady,
  FOREVER,
  INFO,
  OUTCOME,
  scripted,
} from "../../api/call/_scripted_strategy.ts";

Deno.test("ConnectionPool.pick() gives the connection with its transport and epoch", () => {
  const { pool, network } = scripted();
  assertEquals(pool.pick(INFO), { action: "wait" });
  network.at("b").up();
  network.at("a").up();
  const picked = pool.pick(INFO);
  assert(picked.action === "use");
  assertStrictEquals(picked.transport, network.at("a"));
  assertStrictEquals(picked.connection.endpoint, endpoint("a").url);
  assertStrictEquals(picked.epoch, 2);
});

Deno.test("ConnectionPool.pick() waits when the strategy names a connection that is not ready", () => {
  const { pool, strategy } = scripted();
  strategy.onPick = () => {
    const [connection] = strategy.pool.connections;
    assert(connection);
    return { action: "use", connection };
  };
  assertEquals(pool.pick(INFO), { action: "wait" });
});

Deno.test("ConnectionPool tries the waiting picks again after every hook, timer and probe answer", async () => {
  const { pool, strategy, network, clock } = scripted();
  let open = false;
  const use = anyReady(strategy);
  strategy.onPick = () => open ? use() : { action: "wait" };
  pool.start();
  network.at("a").up();
  const { connections } = strategy.pool;
  const [connection] = connections;
  assert(connection);
  const causes: readonly (readonly [string, () => unknown])[] = [
    ["state", () => network.at("b").up()],
    ["outcome", () => pool.report({ ...OUTCOME, connection })],
    ["endpoints", () => pool.setEndpoints(endpoints("abc"))],
    ["timer", () => {
      strategy.pool.schedule(10, () => {});
      clock.advance(10);
    }],
    ["probe", async () => {
      const answered = Promise.withResolvers<boolean>();
      strategy.pool.probe(connection, 1_000, answered.resolve);
      network.at("a").call.fail(14);
      assert(!await answered.promise);
    }],
  ];
  for (const [name, cause] of causes) {
    open = false;
    assertEquals(pool.pick(INFO), { action: "wait" });
    const wait = pool.wait(INFO, FOREVER);
    open = true;
    await cause();
    assertStrictEquals((await wait).action, "use", name);
  }
});

Deno.test("ConnectionPool serves waiting picks in the order they came", async () => {
  const { pool, network } = scripted();
  pool.start();
  const served: string[] = [];
  const waits = ["1", "2", "3", "4"].map(async (method) => {
    await pool.wait({ ...INFO, method }, FOREVER);
    served.push(method);
  });
  network.at("b").up();
  await Promise.all(waits);
  assertEquals(served, ["1", "2", "3", "4"]);
});

Deno.test("ConnectionPool.wait() ends by timeout, abort, failure and close", async () => {
  const { pool, strategy, clock } = scripted();
  const error = new Error("no luck");
  pool.start();
  const controller = new AbortController();
  const { signal } = controller;
  const waits = [
    pool.wait(INFO, { timeoutMs: 1, signal: undefined }),
    pool.wait(INFO, { timeoutMs: Infinity, signal }),
    pool.wait({ ...INFO, method: "fails" }, FOREVER),
    pool.wait(INFO, FOREVER),
  ];
  clock.advance(1);
  assertEquals(await waits[0], { action: "timeout" });
  controller.abort();
  assertEquals(await waits[1], { action: "aborted" });
  strategy.onPick = ({ method }) =>
    method === "fails" ? { action: "fail", error } : { action: "wait" };
  pool.setEndpoints(endpoints("abc"));
  assertEquals(await waits[2], { action: "fail", error });
  await pool.close();
  assertEquals(await waits[3], { action: "closed" });
});
