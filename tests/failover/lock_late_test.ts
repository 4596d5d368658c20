// Locks whose entry was held up in a member that stands still, and granted by
// another one meanwhile.
import { assert, assertEquals } from "@std/assert";
import { Client, prefix } from "../../mod.ts";
import { sleep, waitFor } from "../harness/mod.ts";
import { queueLength } from "./_lock_subject.ts";
import { cluster, startThreeMembers } from "./_three_members.ts";

startThreeMembers();

// At once, as not every copy gets through: the member may notice first that
// nobody waits for it any more.
const LOCKS = 40;
const ROUNDS = 5;

/** Locks and unlocks names, while the member of the first attempts stands. */
async function lockBesideFrozen(
  client: Client,
  names: readonly string[],
): Promise<{ thaw(): Promise<void>; close(): Promise<void> }> {
  const victim = await cluster.follower();
  const rest = cluster.members.filter((member) => member !== victim);
  client.setEndpoints([victim.directEndpoint]);
  const session = await client.session({ ttlSeconds: 6 });
  // Over the connection that is there.
  await client.range("x", { serializable: true });
  await victim.freeze();
  try {
    const waiting = names.map((name) =>
      session.lock(name, { timeoutMs: 20_000 })
    );
    // Until all are sent; what is not would not come late.
    await sleep(200);
    client.setEndpoints(rest.map(({ directEndpoint }) => directEndpoint));
    for (const lock of await Promise.all(waiting)) await lock.unlock();
  } catch (error) {
    await victim.thaw();
    throw error;
  }
  return { thaw: () => victim.thaw(), close: () => session.close() };
}

Deno.test("Lock.unlock() leaves nothing when a member that stood still lets copies of the entry go", async () => {
  const [first] = cluster.members;
  assert(first);
  await using client = new Client({
    endpoints: [first.directEndpoint],
    keepAlive: false,
    dialTimeoutMs: 1_000,
  });
  await using other = new Client({
    endpoints: cluster.members.map(({ directEndpoint }) => directEndpoint),
    keepAlive: false,
  });
  let came = 0;
  for (let round = 0; round < ROUNDS && came === 0; round++) {
    const start = `late${round}-`;
    const names = Array.from({ length: LOCKS }, (_, at) => `${start}${at}`);
    const beside = await lockBesideFrozen(client, names);
    const { header, count } = await other.range(prefix(start));
    assertEquals(count, 0n);
    await using watch = other.watch(prefix(start), {
      startRevision: header.revision + 1n,
      noDelete: true,
    });
    const puts = (async () => {
      for await (const _ of watch.events()) came++;
    })();
    await watch.ready;
    await beside.thaw();
    await waitFor("late copies", () => came > 0, { timeoutMs: 3_000 })
      .catch(() => {});
    // The session lives, and yet nobody has the locks.
    await waitFor("free locks", async () => {
      const left = await Promise.all(
        names.map((name) => queueLength(other, name)),
      );
      return left.every((length) => length === 0);
    }, { timeoutMs: 4_000 });
    await watch.close();
    await puts;
    await beside.close();
  }
  assert(came > 0, "no copy came late: this has shown nothing");
});
