// A write with a condition whose answer is lost: a copy would meet the write
// itself, and say that the condition did not hold.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { Client, type Kv, UnavailableError } from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import {
  cluster,
  faultyMember,
  other,
  startFaultyMember,
} from "../_faulty_member.ts";

startFaultyMember();

interface Lost {
  readonly name: string;
  /** Makes the call, of a key with the value "old" and this revision. */
  call(kv: Kv, key: string, ifModRevision: bigint): Promise<unknown>;
  /** The value that the key has when it is applied. */
  readonly value: string | undefined;
}

const LOST: readonly Lost[] = [
  {
    name: "put() with ifModRevision",
    call: (kv, key, ifModRevision) => kv.put(key, "new", { ifModRevision }),
    value: "new",
  },
  {
    name: "batched().put() with ifAbsent",
    call: async (kv, key) => {
      await other.delete(key);
      return await kv.batched().put(key, "new", { ifAbsent: true });
    },
    value: "new",
  },
  {
    name: "delete() with ifModRevision",
    call: (kv, key, ifModRevision) => kv.delete(key, { ifModRevision }),
    value: undefined,
  },
];

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | a write with a condition whose answer is lost does not say that the condition failed`, async () => {
    const member = faultyMember();
    for (const [at, { name, call, value }] of LOST.entries()) {
      const { endpoints } = cluster;
      await using client = new Client({ endpoints, balancer });
      await client.connect();
      const key = `lost/${balancer}/${at}`;
      const old = await other.put(key, "old");
      await member.proxy.set({ kind: "mute" });
      const made = call(client.kv, key, old.header.revision);
      made.catch(() => {});
      await waitFor(
        name,
        async () => (await other.get(key))?.value.text() === value,
      );
      const { header: { revision: applied } } = await other.range(key);
      // The connection is cut here, and a copy could be sent on another one.
      await member.proxy.set({ kind: "pass" });
      const error = await assertRejects(() => made, UnavailableError, "", name);
      assertEquals(
        [error.code, error.method, error.maybeCommitted, error.retryable],
        ["connection_lost", "KV.Txn", true, false],
      );
      const action = value === undefined ? "delete" : "put";
      assert(error.message.startsWith(`Cannot ${action}: `), error.message);
      // A copy would be on its way by now, and before this one.
      const after = await client.range(key);
      assertEquals(after.header.revision, applied);
      assertEquals(after.kvs[0]?.value.text(), value);
    }
  });
}
