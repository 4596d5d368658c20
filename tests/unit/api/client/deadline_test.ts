// Calls that run into their deadline, over real sockets.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { Client, type ClientEvent, TimeoutError } from "../../../../mod.ts";
import { BALANCER_NAMES } from "../../../../balancers/mod.ts";
import { type FakeCall, FakeServer } from "../../../harness/mod.ts";
import { GENERATIONS } from "../../support/_generations.ts";
import { EMPTY, HANG, Pair, PUT, RANGE } from "./_pair.ts";

Deno.test("Client ends a call at its deadline, which the server is told", async () => {
  for (const balancer of GENERATIONS) {
    await using pair = await Pair.start({ balancer });
    const { server, client } = pair;
    const timeouts: unknown[] = [];
    const told = ({ headers }: FakeCall) => {
      timeouts.push(headers["grpc-timeout"]);
      return HANG;
    };
    server.handle(RANGE, told).handle(PUT, told);
    for (const write of [false, true]) {
      // Under grpc1.7 the call before has cost the connection.
      await client.connect();
      const startedAt = performance.now();
      const options = { timeoutMs: 500 };
      const error = await assertRejects(
        () => write ? client.put("k", "v", options) : client.get("k", options),
        TimeoutError,
      );
      const tookMs = performance.now() - startedAt;
      assert(tookMs >= 495 && tookMs < 5_000, `${tookMs} ms`);
      assertStrictEquals(error.code, "timeout");
      assert(
        error.message.includes("no answer from") ||
          error.message.includes("no endpoint could be reached"),
        error.message,
      );
      assertStrictEquals(error.maybeCommitted, write);
    }
    assertEquals(timeouts.length, 2);
    for (const timeout of timeouts) {
      assert(/^\d+[mu]$/.test(String(timeout)), String(timeout));
    }
  }
});

Deno.test("Client has its own timeout for calls that name none", async () => {
  await using pair = await Pair.start({ requestTimeoutMs: 60 });
  pair.server.handle(RANGE, () => HANG);
  await pair.client.connect({ timeoutMs: 10_000 });
  const error = await assertRejects(() => pair.client.get("k"), TimeoutError);
  assert(error.message.includes("within 60 ms"), error.message);
});

Deno.test("Client moves its pin when a call runs into its deadline, under grpc1.7 alone (§5.2)", async () => {
  for (const balancer of BALANCER_NAMES) {
    await using a = await FakeServer.start();
    await using b = await FakeServer.start();
    const servers = [a, b];
    for (const server of servers) server.handle(RANGE, () => EMPTY);
    const events: ClientEvent[] = [];
    await using client = new Client({
      endpoints: servers.map(({ endpoint }) => endpoint),
      balancer,
      onEvent: (event) => events.push(event),
    });
    await client.get("k");
    const { pin } = client.balancer;
    if (balancer === "grpc1.23" || balancer === "adaptive") {
      assertStrictEquals(pin, undefined);
      continue;
    }
    const pinned = servers.find(({ endpoint }) => endpoint === pin);
    assert(pinned);
    pinned.handle(RANGE, () => HANG);
    await assertRejects(() => client.get("k", { timeoutMs: 50 }), TimeoutError);
    if (balancer === "grpc1.0") {
      await assertRejects(
        () => client.get("k", { timeoutMs: 200 }),
        TimeoutError,
      );
    } else {
      await client.get("k");
      const avoided = client.balancer.avoided.map(({ endpoint }) => endpoint);
      assertEquals(avoided, [pin]);
      assert(events.some(({ type }) => type === "switch"));
    }
    assertStrictEquals(client.balancer.pin === pin, balancer === "grpc1.0");
  }
});
