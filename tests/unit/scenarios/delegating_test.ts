// A strategy under other policies is the same strategy in all else.
import { assertEquals } from "@std/assert";
import { BALANCER_NAMES, resolveBalancer } from "../../../balancers/mod.ts";
import { delegatingTo } from "../../scenarios/steps/delegating.ts";

for (const name of BALANCER_NAMES) {
  Deno.test(`delegatingTo() has the hooks of ${name}, and its own policies`, () => {
    const inner = resolveBalancer(name)({ dialTimeoutMs: 1 });
    const retry = { ...inner.retry, maxAttempts: 1 };
    const outer = delegatingTo(inner, { retry });
    const late = (strategy: typeof inner) => strategy.onLate !== undefined;
    assertEquals(late(outer), late(inner));
    assertEquals(outer.retry, retry);
    assertEquals(outer.connection, inner.connection);
  });
}

Deno.test("delegatingTo() asks the strategy what to do about a late call", () => {
  const inner = resolveBalancer("grpc1.23")({ dialTimeoutMs: 1 });
  const strategy = {
    name: "late",
    retry: inner.retry,
    connection: inner.connection,
    start() {},
    pick: () => ({ action: "wait" }) as const,
    onEndpoints() {},
    onState() {},
    said: "again" as const,
    onLate(): "wait" | "again" {
      return this.said;
    },
    snapshot: () => ({ pin: undefined, avoided: [] }),
    close() {},
  };
  const late = {
    connection: { endpoint: "one" } as never,
    epoch: 1,
    method: "KV.Range",
    repeatable: true,
  };
  assertEquals(delegatingTo(strategy, {}).onLate?.(late), "again");
});
