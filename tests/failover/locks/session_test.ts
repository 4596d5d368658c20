// Locks and leaderships across cut connections, with each strategy.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { Client, EtcdError, type KeyValue, type Lock } from "../../../mod.ts";
import { sleep, waitFor } from "../../harness/mod.ts";
import { observer } from "../../scenarios/steps/clients.ts";
import { cutAll } from "../../scenarios/steps/every_member.ts";
import { untilQueued } from "./_subject.ts";
import {
  cluster,
  eachStrategy,
  newClient,
  startThreeMembers,
} from "../_three_members.ts";

startThreeMembers();

/** Cuts every connection, one of the client among them, which dials again. */
async function cutConnected(client: Client): Promise<void> {
  await client.connect({ timeoutMs: 10_000 });
  const { dials } = client.balancer;
  await cutAll(cluster);
  await waitFor("another dial", () => client.balancer.dials > dials);
}

eachStrategy(
  "a lock is waited for across cut connections",
  async (balancer) => {
    const name = `cuts/${balancer}`;
    await using other = observer(cluster);
    await using client = newClient(balancer);
    await using holder = await other.session();
    await using session = await client.session();
    const held = await holder.lock(name);
    let lock: Lock | undefined;
    const waiting = session.lock(name).then((got) => lock = got);
    await untilQueued(other, name, 2);
    // It is told below, unless something else has failed by then.
    waiting.catch(() => {});
    for (let cuts = 0; cuts < 3; cuts++) await cutConnected(client);
    assertEquals(lock, undefined);
    await held.unlock();
    const { signal, revision } = await waiting;
    assertFalse(signal.aborted);
    assert(revision > held.revision);
    assertFalse(session.signal.aborted);
  },
);

eachStrategy(
  "a leadership is resumed across cut connections, over the lease of another client",
  async (balancer) => {
    const name = `resumed/${balancer}`;
    await using other = observer(cluster);
    await using client = newClient(balancer);
    const first = await other.session({ ttlSeconds: 60 });
    const kept = await first.campaign(name, "first");
    first.lease.orphan();
    await using waiting = await other.session();
    const next = waiting.campaign(name, "next");
    // It is told below, unless something else has failed by then.
    next.catch(() => {});
    await untilQueued(other, name, 2);
    await using session = await client.session({ lease: first.lease.id });
    const resuming = session.resume(name, kept);
    await cutConnected(client);
    const resumed = await resuming;
    assertEquals(resumed.revision, kept.revision);
    for (let cuts = 0; cuts < 2; cuts++) await cutConnected(client);
    await resumed.proclaim("second");
    assertEquals((await other.get(kept.key))?.value.text(), "second");
    assertFalse(resumed.signal.aborted || session.signal.aborted);
    await resumed.resign();
    assert((await next).revision > kept.revision);
  },
);

eachStrategy("observe() goes on across cut connections", async (balancer) => {
  const name = `observe/${balancer}`;
  await using other = observer(cluster);
  await using client = newClient(balancer);
  await using session = await client.session();
  await using leading = await other.session();
  await using succeeding = await other.session();
  const seen = { served: [] as string[], own: [] as string[] };
  const abort = new AbortController();
  const { signal } = abort;
  const read = async (into: string[], leaders: AsyncIterable<KeyValue>) => {
    for await (const { value } of leaders) into.push(value.text());
  };
  const reading = [
    read(seen.served, client.election.observe(name, { signal })),
    read(seen.own, session.observe(name, { signal })),
  ];
  const both = async (...values: readonly string[]) => {
    await waitFor(
      `${values}, not ${seen.served} and ${seen.own}`,
      () => Math.min(seen.served.length, seen.own.length) >= values.length,
    );
    assertEquals(seen, { served: values, own: values });
  };
  const leader = await leading.campaign(name, "a");
  await both("a");
  const next = succeeding.campaign(name, "d");
  await leader.proclaim("b");
  await both("a", "b");
  await cutAll(cluster);
  await leader.proclaim("c");
  await both("a", "b", "c");
  await cutAll(cluster);
  await leader.resign();
  await using _next = await next;
  await both("a", "b", "c", "d");
  abort.abort("seen enough");
  for (const one of reading) {
    assertEquals(await assertRejects(() => one), "seen enough");
  }
});

eachStrategy(
  "client.lock waits for longer than other calls may take, and tells when it is cut",
  async (balancer) => {
    const name = `served/${balancer}`;
    await using other = observer(cluster);
    await using client = new Client({
      endpoints: cluster.endpoints,
      balancer,
      keepAlive: false,
      requestTimeoutMs: 500,
    });
    await client.connect();
    await using holding = await other.lease.grant(60);
    await using wanting = await other.lease.grant(60);
    const { key } = await other.lock.lock(name, { lease: holding.id });
    const waiting = [
      client.lock.lock(name, { lease: wanting.id }),
      client.election.campaign(`${name}-too`, "", { lease: wanting.id }),
    ];
    const settled = Promise.allSettled(waiting);
    let over = false;
    waiting[0]?.then(() => over = true, () => over = true);
    await untilQueued(other, name, 2);
    // Twice the time that others have.
    await sleep(1_000);
    assertFalse(over);
    await cutAll(cluster);
    const error = await assertRejects(
      () => waiting[0] ?? Promise.resolve(),
      EtcdError,
    );
    assertEquals(error.code, "connection_lost");
    assert(error.maybeCommitted);
    assertEquals((await settled)[1]?.status, "fulfilled");
    // The member has noticed as well, and left the queue.
    await untilQueued(other, name, 1);
    await other.lock.unlock(key);
  },
);
