// The guard of a lock over a store in memory, in keyspaces that send nothing.
import { assertEquals, assertRejects } from "@std/assert";
import { Client, InvalidOptionError, op } from "../../../../mod.ts";
import { FakeSessions } from "./_fake_session.ts";

Deno.test("Lock.guard of the client is refused in a namespace, within transactions too, and nothing is dialled", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  await using lock = await session.lock("n");
  await using nowhere = new Client({ endpoints: "http://127.0.0.1:1" });
  const { kv } = nowhere.namespace("b/");
  const within = op.txn({ if: [lock.guard], then: [op.put("k", "v")] });
  for (
    const txn of [
      { if: [lock.guard] },
      { if: [{ ...lock.guard }] },
      { then: [within] },
      { else: [op.txn({ then: [within] })] },
    ]
  ) {
    const error = await assertRejects(() => kv.txn(txn), InvalidOptionError);
    assertEquals([error.method, error.option], ["txn", "if"]);
    assertEquals(
      error.message,
      `Cannot call txn(): 'if' must be made by the namespace "b/", which it is used in: current value is made by the client itself, without a prefix`,
    );
  }
  assertEquals(nowhere.balancer.dials, 0);
});
