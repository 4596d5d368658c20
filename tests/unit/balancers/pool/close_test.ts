import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  BALANCER_NAMES,
  resolveBalancer,
} from "../../../../balancers/by_name.ts";
import { BalancerError } from "../../../../mod.ts";
import {
  codeOf,
  endpoints,
  microtasks,
  NO_SETTINGS,
} from "../transport/_fake_transport.ts";
import {
  FOREVER,
  INFO,
  OUTCOME,
  poolOf,
  scripted,
} from "../../api/call/_scripted_strategy.ts";

Deno.test("ConnectionPool.close() ends waits, calls, dials, drains, timers and probes", async () => {
  const { pool, strategy, network, clock } = scripted("abc");
  pool.start();
  network.at("a").up();
  network.at("b").down("connection refused");
  const statuses: (number | undefined)[] = [];
  network.at("a").unary("/x", new Uint8Array(), {
    ...NO_SETTINGS,
    onEnd: (answer) => statuses.push(codeOf(answer)),
  });
  const [connection] = strategy.pool.connections;
  assert(connection);
  const told: string[] = [];
  strategy.pool.probe(connection, 1_000, () => told.push("probe"));
  strategy.pool.schedule(1_000, () => told.push("timer"));
  pool.setEndpoints(endpoints("bc"));
  const waiting = pool.wait(INFO, FOREVER);
  strategy.log.length = 0;
  const closing = pool.close();
  assertStrictEquals(pool.close(), closing, "idempotent");
  assertEquals(await waiting, { action: "closed" });
  await closing;
  await microtasks();
  assertEquals(statuses, [1]);
  assertEquals(strategy.log, ["close"]);
  assertStrictEquals(clock.pending, 0);
  clock.advance(1_000_000);
  assertEquals(told, []);
  assertStrictEquals(pool.snapshot().connections, 0);
  assertEquals(
    network.dialled.map(({ ready, sockets }) => [ready, sockets]),
    [[false, 0], [false, 0], [false, 0]],
  );
  assert(network.at("c").aborted);
});

Deno.test("ConnectionPool.close() is final: nothing is picked, dialled or told", async () => {
  const { pool, strategy, network } = scripted("ab");
  pool.start();
  const transport = network.at("a");
  transport.up();
  const picked = pool.pick(INFO);
  assert(picked.action === "use");
  await pool.close();
  strategy.log.length = 0;
  assertEquals(pool.pick(INFO), { action: "closed" });
  transport.events.onDown({ kind: "other", reason: "late" });
  transport.events.onReady();
  const { connection, epoch } = picked;
  pool.report({ ...OUTCOME, connection, epoch, blame: "member" });
  strategy.pool.connections[0]?.connect();
  assertEquals(strategy.log, []);
  assertStrictEquals(network.dialled.length, 2);
  assert(pool.closed);
});

Deno.test("ConnectionPool.wait() after close() does not wait", async () => {
  const { pool } = scripted("ab");
  pool.start();
  await pool.close();
  assertEquals(await pool.wait(INFO, FOREVER), { action: "closed" });
});

Deno.test("ConnectionPool.close() before the first call starts nothing", async () => {
  const { pool, strategy, network } = scripted("ab");
  await pool.close();
  pool.start();
  assertEquals(pool.pick(INFO), { action: "closed" });
  assertEquals(strategy.log, []);
  assertEquals(network.dialled, []);
});

Deno.test("ConnectionPool.close() tells what a strategy throws, and closes everything", async () => {
  const { pool, strategy, network } = scripted("a");
  pool.start();
  network.at("a").up();
  strategy.close = () => {
    throw new RangeError("mistake");
  };
  await assertRejects(
    () => pool.close(),
    BalancerError,
    "Cannot use the balancer 'scripted': close() threw: mistake",
  );
  assertStrictEquals(pool.snapshot().connections, 0);
});

Deno.test("ConnectionPool.close() leaves no timer of any strategy", async () => {
  for (const name of BALANCER_NAMES) {
    const strategy = resolveBalancer(name)({ dialTimeoutMs: 1 });
    const { pool, network, clock } = poolOf(strategy, "abc");
    pool.start();
    network.at("a").up();
    network.at("a").down("reset");
    await microtasks();
    await pool.close();
    assertStrictEquals(clock.pending, 0, name);
    assertStrictEquals(pool.snapshot().pin, undefined, name);
  }
});
