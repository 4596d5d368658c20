// What a pool tells of its connections and its strategy, over a fake network.
import { assert, assertEquals } from "@std/assert";
import { resolveBalancer } from "../../../../balancers/by_name.ts";
import type { BalancerEvent, ConnectionState } from "../../../../mod.ts";
import { endpoint } from "../transport/_fake_transport.ts";
import {
  FOREVER,
  INFO,
  OUTCOME,
  poolOf,
  scripted,
} from "../../api/call/_scripted_strategy.ts";

const [A, B] = [endpoint("a").url, endpoint("b").url];
const REFUSED = "connection refused";
const DROPPED = "the connection was lost";

function told(
  type: string,
  endpoint: string,
  now: { state?: ConnectionState; error?: string | undefined } = {},
) {
  return { type, endpoint, state: type, error: undefined, ...now };
}

/** What has been told since the last look. */
function take(events: BalancerEvent[]): unknown[] {
  return events.splice(0);
}

Deno.test("ConnectionPool tells each change of a connection and of the pin as an event", () => {
  const { pool, network, events } = poolOf(
    resolveBalancer("grpc1.0")({ dialTimeoutMs: 1 }),
    "ab",
  );
  pool.start();
  network.at("b").down(REFUSED);
  network.at("a").up();
  assertEquals(take(events), [
    told("connecting", A),
    told("connecting", B),
    told("failed", B, { state: "failing", error: REFUSED }),
    told("ready", A),
    { type: "switch", from: undefined, to: A },
  ]);
  network.at("a").down(DROPPED);
  assertEquals(take(events), [
    told("lost", A, { state: "connecting", error: DROPPED }),
    { type: "switch", from: A, to: undefined },
  ]);
});

Deno.test("ConnectionPool tells a connection that is lost again at once as lost, not as failed", () => {
  const { pool, network, events } = scripted("a");
  pool.start();
  network.at("a").up();
  network.at("a").down(DROPPED);
  network.at("a").up();
  events.length = 0;
  network.at("a").down(DROPPED);
  assertEquals(take(events), [
    told("lost", A, { state: "failing", error: DROPPED }),
  ]);
});

Deno.test("ConnectionPool tells why a dial failed with that, not with the states that follow", async () => {
  const { pool, network, clock, events } = scripted("a");
  pool.start();
  network.at("a").down(REFUSED);
  events.length = 0;
  clock.advance(60_000);
  network.at("a").down(REFUSED);
  await pool.close();
  assertEquals(take(events), [
    told("connecting", A),
    told("failed", A, { state: "failing", error: REFUSED }),
    told("closed", A),
  ]);
});

Deno.test("ConnectionPool tells what the strategy avoids, and when it does no more", () => {
  const { pool, network, clock, events } = poolOf(
    resolveBalancer("grpc1.7")({ dialTimeoutMs: 1 }),
    "ab",
  );
  pool.start();
  network.at("a").up();
  assertEquals(events.at(-1), { type: "switch", from: undefined, to: A });
  const picked = pool.pick({
    kind: "unary",
    method: "KV.Range",
    attempt: 1,
    tried: [],
  });
  assert(picked.action === "use");
  events.length = 0;
  const { connection, epoch } = picked;
  const outcome = { ...OUTCOME, blame: "member" } as const;
  pool.report({ ...outcome, connection, epoch });
  assertEquals(take(events), [
    told("idle", A),
    told("connecting", B),
    { type: "unhealthy", endpoint: A },
    { type: "switch", from: A, to: undefined },
  ]);
  network.at("b").up();
  assertEquals(take(events), [
    told("ready", B),
    { type: "switch", from: undefined, to: B },
  ]);
  clock.advance(6_001);
  assertEquals(take(events), [{ type: "healthy", endpoint: A }]);
});

Deno.test("ConnectionPool tells of endpoints taken away, and of its end", async () => {
  const { pool, network, events } = scripted("ab");
  pool.start();
  network.at("a").up();
  events.length = 0;
  pool.setEndpoints([endpoint("a")]);
  assertEquals(take(events), [told("closed", B)]);
  await pool.close();
  assertEquals(take(events), [told("closed", A)]);
});

Deno.test("ConnectionPool tells where the pin is though a listener moves it meanwhile", async () => {
  const events: BalancerEvent[] = [];
  const { pool, network, clock } = poolOf(
    resolveBalancer("grpc1.7")({ dialTimeoutMs: 1 }),
    "ab",
    (event) => {
      events.push(event);
      if (event.type === "healthy") pool.setEndpoints([endpoint("b")]);
    },
  );
  pool.start();
  network.at("b").up();
  network.at("b").down(DROPPED);
  network.at("a").up();
  assertEquals(events.at(-1), { type: "switch", from: undefined, to: A });
  events.length = 0;
  clock.advance(6_001);
  assertEquals(take(events), [
    { type: "healthy", endpoint: B },
    told("closed", A),
    told("connecting", B),
    { type: "switch", from: A, to: undefined },
  ]);
  network.at("b").up();
  assertEquals(take(events), [
    told("ready", B),
    { type: "switch", from: undefined, to: B },
  ]);
  await pool.close();
});

Deno.test("ConnectionPool serves a pick that a listener of the pin makes", async () => {
  const waits: Promise<unknown>[] = [];
  const { pool, network } = poolOf(
    resolveBalancer("grpc1.0")({ dialTimeoutMs: 1 }),
    "a",
    (event) => {
      if (event.type !== "switch" || event.to === undefined) return;
      const now = pool.pick(INFO);
      waits.push(
        now.action === "wait" ? pool.wait(INFO, FOREVER) : Promise.resolve(now),
      );
    },
  );
  pool.start();
  network.at("a").up();
  assertEquals(waits.length, 1);
  const [picked] = await Promise.all(waits);
  assertEquals((picked as { action: string }).action, "use");
  await pool.close();
});
