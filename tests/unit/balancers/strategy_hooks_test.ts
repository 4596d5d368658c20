// What a pool makes of a hook that throws, or that never comes to rest.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { endpoints, microtasks } from "./transport/_fake_transport.ts";
import {
  connectAll,
  FOREVER,
  INFO,
  OUTCOME,
  type Scripted,
  scripted,
  type Setup,
} from "../api/call/_scripted_strategy.ts";
import { faultOf, mistake } from "./_strategy_fault.ts";

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
    pool.report({ ...OUTCOME, connection });
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

Deno.test("ConnectionPool takes an asynchronous hook for a mistake, and its failure for none of its own", async () => {
  const { pool, strategy, network } = scripted();
  strategy.onState = () => Promise.reject(new RangeError("late")) as never;
  pool.start();
  network.at("a").up();
  await microtasks();
  assertStrictEquals(faultOf(pool.pick(INFO)), "onState() is asynchronous");
  await pool.close();
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
