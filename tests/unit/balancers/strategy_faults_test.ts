// What a pool makes of the mistakes of a strategy: no crash and no hang.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import type { Waited } from "../../../balancers/pool/_pick_queue.ts";
import type { PickResult, SubConnection } from "../../../balancers/strategy.ts";
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
  type Setup,
} from "../api/call/_scripted_strategy.ts";

function mistake(): never {
  throw new RangeError("mistake");
}

/** The message of the fault that a pick has ended with. */
function faultOf(ended: { readonly action: string }): string {
  assertStrictEquals(ended.action, "fail");
  const { error } = ended as Extract<Waited, { action: "fail" }>;
  assert(error instanceof BalancerError, String(error));
  assertEquals([error.code, error.balancer], ["balancer_failed", "scripted"]);
  assert(!error.retryable && !error.maybeCommitted);
  return error.message.replace("Cannot use the balancer 'scripted': ", "");
}

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
    ["a", 'pick() returned "a"'],
    [{ action: "maybe" }, 'pick() returned { action: "maybe" }'],
    [Promise.resolve({ action: "wait" }), "pick() returned Promise {"],
    [
      { action: "fail", error: "no" },
      'pick() returned { action: "fail", error',
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

/** How each hook is made to run, from where no caller could catch anything. */
const HOOKS: Readonly<
  Record<string, (setup: Setup<Scripted>) => void>
> = {
  "onState()": ({ strategy, network }) => {
    strategy.onLook = mistake;
    network.at("b").down("refused");
    strategy.onLook = () => {};
  },
  "onEndpoints()": ({ strategy, pool }) => {
    strategy.onEndpoints = mistake;
    pool.setEndpoints(endpoints("a"));
  },
  "onOutcome()": ({ strategy, pool }) => {
    const [connection] = strategy.pool.connections;
    assert(connection);
    strategy.onReport = mistake;
    pool.report({
      connection,
      epoch: 1,
      kind: "unary",
      blame: "none",
      durationMs: 1,
    });
  },
  "snapshot()": ({ strategy, pool }) => {
    strategy.snapshot = mistake;
    assertEquals(pool.snapshot().avoided, []);
    strategy.snapshot = () => ({ pin: undefined, avoided: [] });
  },
  "a timer or probe": ({ strategy, clock }) => {
    strategy.pool.schedule(5, mistake);
    clock.advance(5);
  },
};

Deno.test("ConnectionPool tells what a hook throws to those who wait for a connection", async () => {
  for (const [hook, run] of Object.entries(HOOKS)) {
    const setup = scripted();
    const { pool, strategy } = setup;
    pool.start();
    const waits = [pool.wait(INFO, FOREVER), pool.wait(INFO, FOREVER)];
    run(setup);
    // Those that can be served are served first; the next look is enough.
    if (hook === "snapshot()") pool.setEndpoints(endpoints("b"));
    for (const wait of waits) {
      assertStrictEquals(faultOf(await wait), `${hook} threw: mistake`);
    }
    strategy.onReport = () => {};
    assertStrictEquals(pool.pick(INFO).action, "wait", `${hook}: told once`);
    await pool.close();
  }
});

Deno.test("ConnectionPool tells what a hook throws to the next pick if nobody waits", async () => {
  for (const [hook, run] of Object.entries(HOOKS)) {
    const setup = scripted();
    const { pool, network } = setup;
    pool.start();
    network.at("a").up();
    run(setup);
    assertStrictEquals(faultOf(pool.pick(INFO)), `${hook} threw: mistake`);
    assertStrictEquals(pool.pick(INFO).action, "use", hook);
    await pool.close();
  }
});

Deno.test("ConnectionPool serves those who wait although the hook before has thrown", async () => {
  const { pool, strategy, network } = scripted();
  pool.start();
  const wait = pool.wait(INFO, FOREVER);
  strategy.onLook = mistake;
  network.at("a").up();
  assertStrictEquals((await wait).action, "use");
  strategy.onLook = () => {};
  network.at("b").up();
  assertStrictEquals(strategy.log.at(-1), "state", "later changes are told");
  assertStrictEquals(faultOf(pool.pick(INFO)), "onState() threw: mistake");
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

Deno.test("ConnectionPool takes an asynchronous hook for a mistake, and its failure for none of its own", async () => {
  const { pool, strategy, network } = scripted();
  strategy.onState = () => Promise.reject(new RangeError("late")) as never;
  pool.start();
  network.at("a").up();
  await microtasks();
  assertStrictEquals(faultOf(pool.pick(INFO)), "onState() is asynchronous");
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

Deno.test("ConnectionPool comes to rest though its strategy does not", async () => {
  const { pool, strategy, network } = scripted();
  strategy.onLook = () => {
    const [first] = strategy.pool.connections;
    first?.disconnect();
    first?.connect();
  };
  const ended = pool.pick(INFO);
  assertStrictEquals(
    faultOf(ended),
    "its onState() changes connections each time it is called, without end",
  );
  assert(network.dialled.length < 100, `${network.dialled.length} dials`);
  strategy.onLook = connectAll(strategy);
  network.at("a").up();
  assertStrictEquals(pool.pick(INFO).action, "use");
  await pool.close();
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
