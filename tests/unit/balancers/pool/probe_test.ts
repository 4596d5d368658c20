// Probes and timers that a strategy asks its pool for.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { SubConnection } from "../../../../balancers/sub_connection.ts";
import { methods } from "../../../../proto/methods.ts";
import { type FakeCall, microtasks } from "../transport/_fake_transport.ts";
import {
  type Scripted,
  scripted,
  type Setup,
} from "../../api/call/_scripted_strategy.ts";

/** A pool with one connection, which is ready. */
function ready(): Setup<Scripted> & { readonly connection: SubConnection } {
  const made = scripted("a");
  made.pool.start();
  made.network.at("a").up();
  const [connection] = made.strategy.pool.connections;
  assert(connection);
  return { ...made, connection };
}

Deno.test("ConnectionPool.probe() tells whether a member says it serves", async () => {
  const { check } = methods.health;
  // HealthCheckResponse { status: 1 } is SERVING; 2 is NOT_SERVING.
  const serving = Uint8Array.of(8, 1);
  const cases: readonly (readonly [boolean, (call: FakeCall) => void])[] = [
    [true, (call) => call.reply(serving)],
    [false, (call) => call.reply(Uint8Array.of(8, 2))],
    [false, (call) => call.fail(12, "unknown service")],
    [false, (call) => call.fail(4)],
  ];
  for (const [expected, end] of cases) {
    const { pool, strategy, network, connection } = ready();
    const answer = Promise.withResolvers<boolean>();
    strategy.pool.probe(connection, 800, answer.resolve);
    const { call } = network.at("a");
    assertStrictEquals(call.path, "/grpc.health.v1.Health/Check");
    assertEquals(check.decode(serving).status, 1);
    assertStrictEquals(call.settings.timeoutMs, 800);
    end(call);
    assertStrictEquals(await answer.promise, expected);
    await pool.close();
  }
});

Deno.test("ConnectionPool.probe() answers no for a member whose reply makes no sense", async () => {
  const { strategy, network, connection } = ready();
  const answer = Promise.withResolvers<boolean>();
  strategy.pool.probe(connection, 800, answer.resolve);
  network.at("a").call.reply(Uint8Array.of(0xff, 0xff));
  assert(!await answer.promise);
});

Deno.test("ConnectionPool.probe() of a connection that is not ready says no, later", async () => {
  const { pool, strategy } = scripted("a");
  pool.start();
  const [connection] = strategy.pool.connections;
  assert(connection);
  const answers: boolean[] = [];
  strategy.pool.probe(connection, 800, (healthy) => answers.push(healthy));
  assertEquals(answers, []);
  await microtasks();
  assertEquals(answers, [false]);
});

Deno.test("ConnectionPool.probe() and schedule() can be canceled", async () => {
  const { pool, strategy, network, clock } = scripted("ab");
  pool.start();
  network.at("a").up();
  const told: string[] = [];
  for (const connection of strategy.pool.connections) {
    strategy.pool.probe(connection, 800, () => told.push("probe"))();
  }
  strategy.pool.schedule(10, () => told.push("timer"))();
  assertStrictEquals(network.at("a").inFlight, 0);
  await microtasks();
  clock.advance(1_000);
  assertEquals(told, []);
  assertStrictEquals(clock.pending, 0);
});
