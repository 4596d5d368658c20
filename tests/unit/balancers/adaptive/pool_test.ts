// The strategy over the real pool: what both say to each other.
import { assertEquals, assertStrictEquals } from "@std/assert";
import { Adaptive } from "../../../../balancers/adaptive/mod.ts";
import { methods } from "../../../../proto/methods.ts";
import { INFO, poolOf } from "../../api/call/_scripted_strategy.ts";
import { microtasks } from "../transport/_fake_transport.ts";

Deno.test("Adaptive over a pool: a call of any method goes to a member that was seen to serve", async () => {
  const { pool, network } = poolOf(new Adaptive(), "a");
  pool.start();
  const a = network.at("a");
  a.up();
  const { call } = a;
  assertStrictEquals(call.path, methods.kv.range.path);
  call.reply(new Uint8Array());
  await microtasks();
  const all = Object.values(methods).flatMap((group) =>
    Object.values(group as Record<string, { name: string; kind: string }>)
  );
  for (const { name: method, kind } of all) {
    const picked = pool.pick({
      ...INFO,
      kind: kind === "unary" ? "unary" : "stream",
      method,
    });
    assertEquals([method, picked.action], [method, "use"]);
  }
  await pool.close();
});
