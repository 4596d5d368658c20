// Locks whose entry was held up in a member that stands still, and granted by
// another one meanwhile.
import { assertEquals, assertFalse } from "@std/assert";
import { Client, prefix, type Session } from "../../../mod.ts";
import { type Member, waitFor } from "../../harness/mod.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";

startThreeMembers();

const NAMES = Array.from({ length: 5 }, (_, at) => `late${at}`);
const ALL = prefix("late");
/** A request for a lock is not smaller; it is of about 195 bytes. */
const REQUEST_BYTES = 150;

/** Locks and unlocks the names, while the member of the first tries stands. */
async function lockBeside(
  victim: Member,
  client: Client,
  session: Session,
): Promise<void> {
  const rest = cluster.members.filter((member) => member !== victim);
  await victim.freeze();
  const { bytesFromClients: before } = await victim.proxy.stats();
  const waiting = Promise.all(
    NAMES.map((name) => session.lock(name, { timeoutMs: 20_000 })),
  );
  waiting.catch(() => {});
  await waitFor(
    "the first tries to have come as far as they do",
    async () =>
      (await victim.proxy.stats()).bytesFromClients >=
        before + NAMES.length * REQUEST_BYTES,
  );
  // It is not to learn that nobody waits for them any more.
  await victim.proxy.set({ kind: "blackhole" });
  client.setEndpoints(rest.map(({ directEndpoint }) => directEndpoint));
  for (const lock of await waiting) await lock.unlock();
}

Deno.test("Lock.unlock() leaves nothing when a member that stood still lets copies of the entry go", async () => {
  const victim = await cluster.follower();
  await using client = new Client({
    endpoints: [victim.endpoint],
    keepAlive: false,
    dialTimeoutMs: 1_000,
  });
  await using other = new Client({
    endpoints: cluster.members
      .filter((member) => member !== victim)
      .map(({ directEndpoint }) => directEndpoint),
    keepAlive: false,
  });
  await using session = await client.session({ ttlSeconds: 6 });
  try {
    await lockBeside(victim, client, session);
    const { header, count } = await other.range(ALL);
    assertEquals(count, 0n);
    const came: string[] = [];
    await using watch = other.watch(ALL, {
      startRevision: header.revision + 1n,
      noDelete: true,
    });
    const puts = (async () => {
      for await (const { kv } of watch.events()) {
        came.push(new TextDecoder().decode(kv.key));
      }
    })();
    await victim.thaw();
    await waitFor("all late copies", () => came.length >= NAMES.length);
    // The session lives, and yet nobody has the locks.
    await waitFor(
      "free locks",
      async () => (await other.range(ALL)).count === 0n,
      { timeoutMs: 5_000 },
    );
    assertFalse(session.signal.aborted);
    const own = session.lease.id.toString(16);
    assertEquals(came.sort(), NAMES.map((name) => `${name}/${own}`));
    await watch.close();
    await puts;
  } finally {
    await victim.thaw();
    await victim.proxy.set({ kind: "pass" });
  }
});
