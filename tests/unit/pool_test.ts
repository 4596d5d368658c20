import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { BALANCER_NAMES, resolveBalancer } from "../../balancers/by_name.ts";
import { methods } from "../../proto/methods.ts";
import {
  endpoint,
  endpoints,
  type FakeCall,
  microtasks,
} from "./_fake_transport.ts";
import {
  anyReady,
  FOREVER,
  INFO,
  poolOf,
  scripted,
} from "./_scripted_strategy.ts";

const OUTCOME = {
  epoch: 1,
  kind: "unary",
  blame: "none",
  durationMs: 1,
} as const;

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
  const { pool, strategy } = scripted();
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

Deno.test("ConnectionPool passes on what a strategy throws in pick(), and goes on", async () => {
  const { pool, strategy, network } = scripted();
  pool.start();
  const wait = pool.wait(INFO, FOREVER);
  strategy.onPick = () => {
    throw new RangeError("mistake");
  };
  assertThrows(() => pool.pick(INFO), RangeError, "mistake");
  network.at("a").up();
  await assertRejects(() => wait, RangeError, "mistake");
  strategy.onPick = anyReady(strategy);
  assertStrictEquals(pool.pick(INFO).action, "use");
  await pool.close();
});

Deno.test("ConnectionPool passes on what a strategy throws in a hook, and goes on", async () => {
  const { pool, strategy, network } = scripted();
  pool.start();
  const wait = pool.wait(INFO, FOREVER);
  strategy.onLook = () => {
    throw new RangeError("mistake");
  };
  assertThrows(() => network.at("a").up(), RangeError, "mistake");
  assertStrictEquals((await wait).action, "use", "the waiting are served");
  strategy.onLook = () => {};
  network.at("b").up();
  assertStrictEquals(strategy.log.at(-1), "state", "later changes are told");
  await pool.close();
  assertStrictEquals(strategy.log.at(-1), "close");
});

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
    const { pool, strategy, network } = scripted("a");
    pool.start();
    network.at("a").up();
    const [connection] = strategy.pool.connections;
    assert(connection);
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
  const { pool, strategy, network } = scripted("a");
  pool.start();
  network.at("a").up();
  const [connection] = strategy.pool.connections;
  assert(connection);
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

Deno.test("ConnectionPool.snapshot() tells what is going on", () => {
  const { pool, network } = poolOf(
    resolveBalancer("grpc1.7")({ dialTimeoutMs: 1 }),
    "ab",
  );
  assertStrictEquals(pool.snapshot().dials, 0);
  pool.start();
  network.at("b").down("connection refused");
  const [a, b] = [endpoint("a").url, endpoint("b").url];
  network.at("a").up();
  const picked = pool.pick(INFO);
  assert(picked.action === "use");
  picked.transport.unary("/x", new Uint8Array(), {
    timeoutMs: 1,
    headers: undefined,
  }, () => {});
  assertEquals(pool.snapshot(), {
    strategy: "grpc1.7",
    pin: a,
    avoided: [],
    endpoints: [
      { endpoint: a, state: "ready", inFlight: 1, lastError: undefined },
      {
        endpoint: b,
        state: "idle",
        inFlight: 0,
        lastError: "connection refused",
      },
    ],
    connections: 1,
    dials: 2,
  });
});

Deno.test("ConnectionPool shows each strategy's number of sockets (§5.1: 3, 1 and 3)", async () => {
  for (const name of BALANCER_NAMES) {
    const { pool, network } = poolOf(
      resolveBalancer(name)({ dialTimeoutMs: 1 }),
      "abc",
    );
    pool.start();
    for (const name of "abc") {
      const transport = network.at(name);
      if (!transport.aborted) transport.up();
    }
    await microtasks();
    const expected = name === "grpc1.7" ? 1 : 3;
    assertStrictEquals(pool.snapshot().connections, expected, name);
    await pool.close();
  }
});
