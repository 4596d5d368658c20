// Items, permits, locks and barriers whose request was held up in a member that stands still, and
// done by another one meanwhile: the copy that comes late is not done as well.
import { assertEquals } from "@std/assert";
import { Client, prefix } from "../../../mod.ts";
import {
  barrier,
  priorityQueue,
  queue,
  rwLock,
  semaphore,
  text,
} from "../../../recipes/mod.ts";
import { type Member, waitFor } from "../../harness/mod.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";

startThreeMembers();

/** A request of either kind is not smaller. */
const REQUEST_BYTES = 150;

/** Begins something at a member that stands still, and has others finish it. */
async function beginBeside(
  victim: Member,
  client: Client,
  begin: () => Promise<void>,
): Promise<void> {
  await victim.freeze();
  const { bytesFromClients: before } = await victim.proxy.stats();
  // They show when the member goes on, and what came with them has come.
  const markers = ["before", "after"].map((name) => `marker/${name}`);
  const [first = "", last = ""] = markers;
  const mark = (key: string) => client.put(key, "").catch(() => {});
  void mark(first);
  const done = begin();
  done.catch(() => {});
  void mark(last);
  await waitFor(
    "the first tries to have come as far as they do",
    async () =>
      (await victim.proxy.stats()).bytesFromClients >=
        before + 4 * REQUEST_BYTES,
  );
  // It is not to learn that nobody waits for them any more.
  await victim.proxy.set({ kind: "blackhole" });
  client.setEndpoints(
    cluster.members.filter((member) => member !== victim)
      .map(({ directEndpoint }) => directEndpoint),
  );
  await done;
}

Deno.test("an item, a permit, a lock and a barrier come once when a member that stood still lets copies of the requests go", async () => {
  const victim = await cluster.follower();
  await using client = new Client({
    endpoints: [victim.endpoint],
    keepAlive: false,
    dialTimeoutMs: 1_000,
    requestTimeoutMs: 20_000,
  });
  await using other = new Client({
    endpoints: cluster.members.filter((member) => member !== victim)
      .map(({ directEndpoint }) => directEndpoint),
    keepAlive: false,
  });
  await using session = await client.session({ ttlSeconds: 10 });
  await using jobs = queue(client, "late", { codec: text, session });
  await using permits = semaphore(client, "few", { limit: 1, session });
  await using urgent = priorityQueue(client, "urgent", {
    codec: text,
    session,
  });
  await using locks = rwLock(client, "index", { session });
  await using gate = barrier(client, "gate", { session });
  await using consumer = queue(other, "late", { codec: text });
  try {
    await beginBeside(victim, client, async () => {
      const [, item] = await Promise.all([
        jobs.enqueue("one", { timeoutMs: 30_000 }),
        consumer.dequeue(),
        permits.acquire().then((permit) => permit.release()),
        locks.writeLock().then((lock) => lock.unlock()),
        gate.hold().then(() => gate.release()),
        urgent.enqueue("one", { priority: 1 }).then(() => urgent.dequeue()),
      ]);
      assertEquals(item.value, "one");
    });
    await victim.thaw();
    await waitFor(
      "the late copies",
      async () => (await other.range(prefix("marker/"))).count === 2n,
      { timeoutMs: 20_000 },
    );
    await using past = new Client({
      endpoints: victim.directEndpoint,
      keepAlive: false,
    });
    await past.put("after", "them");
    for (const name of ["late/", "few/permits/", "index/", "gate", "urgent/"]) {
      assertEquals((await other.range(prefix(name))).kvs, [], name);
    }
  } finally {
    await victim.thaw();
    await victim.proxy.set({ kind: "pass" });
  }
});
