// The guards of what recipes hold, in their own keyspace and in others.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  Client,
  type Comparison,
  InvalidOptionError,
  type Keyspace,
  op,
} from "../../../mod.ts";
import { doubleBarrier, rwLock, semaphore } from "../../../recipes/mod.ts";
import { client, nextSerial, startOneMember } from "../_one_member.ts";

startOneMember();

/** What a recipe holds while a test looks at its guard. */
interface Holder {
  readonly guard: Comparison;
  readonly close: () => Promise<void>;
}

const HOLDERS: Readonly<Record<string, (ks: Keyspace) => Promise<Holder>>> = {
  async semaphore(ks) {
    const permits = semaphore(ks, "few", { limit: 1 });
    const { guard } = await permits.acquire();
    return { guard, close: () => permits.close() };
  },
  async rwLock(ks) {
    const locks = rwLock(ks, "index");
    const { guard } = await locks.readLock();
    return { guard, close: () => locks.close() };
  },
  async doubleBarrier(ks) {
    const meeting = doubleBarrier(ks, "start", { count: 1 });
    const { guard } = await meeting.enter();
    return { guard, close: () => meeting.close() };
  },
};

for (const [recipe, hold] of Object.entries(HOLDERS)) {
  Deno.test(`${recipe}(): a guard is refused in every other keyspace, before anything is sent, and holds in its own`, async () => {
    const at = `guard${nextSerial()}/`;
    // Nothing listens there: a call that is sent dials.
    await using nowhere = new Client({ endpoints: "http://127.0.0.1:1" });
    const app = client.namespace(at);
    for (
      const [own, others] of [
        [app, [nowhere, nowhere.namespace("other/")]],
        [client, [nowhere.namespace(at)]],
      ] as const
    ) {
      const { guard, close } = await hold(own);
      for (const other of others) {
        const error = await assertRejects(
          () => other.txn({ then: [op.txn({ if: [guard] })] }),
          InvalidOptionError,
        );
        assertEquals(error.option, "if");
        const made = own === app
          ? `made by the namespace "${at}"`
          : "made by the client itself, without a prefix";
        assert(error.message.endsWith(`: current value is ${made}`));
      }
      assert((await own.txn({ if: [guard] })).succeeded);
      // Another object for the same keys.
      if (own === app) {
        const same = client.namespace(at);
        assert((await same.txn({ if: [{ ...guard }] })).succeeded);
      }
      await close();
      assertFalse((await own.txn({ if: [guard] })).succeeded);
    }
    assertEquals(nowhere.balancer.dials, 0);
  });
}
