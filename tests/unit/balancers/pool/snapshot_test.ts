import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  BALANCER_NAMES,
  resolveBalancer,
} from "../../../../balancers/by_name.ts";
import {
  endpoint,
  microtasks,
  NO_SETTINGS,
} from "../transport/_fake_transport.ts";
import { INFO, poolOf } from "../../api/call/_scripted_strategy.ts";

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
    ...NO_SETTINGS,
    timeoutMs: 1,
  });
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
