import assert from "node:assert/strict";
import {
  ClientClosedError,
  LeaseLostError,
  op,
  prefix,
  type Watch,
} from "@etcdeno/client";
import { json, queue, text, update, view } from "@etcdeno/client/recipes";
import { type Check, type Context, until } from "./_check.ts";

const EVENTS = 60;
const WATCHERS = 1_000;
const WRITERS = 8;
const ITEMS = 10;

/** Watches, leases, locks and recipes. */
export const WAIT_CHECKS: readonly Check[] = [
  { title: "a watch across cuts, no event lost", needs: "cluster", run: watch },
  { title: `${WATCHERS} watchers of one key`, run: watchers },
  { title: "a lease is kept, and its key goes with it", run: lease },
  {
    title: "a lease that cannot be kept says so in time",
    needs: "cluster",
    run: lostLease,
  },
  { title: "a lock goes from one to the next, with its guard", run: lock },
  { title: "an election has a leader, and the next one", run: election },
  { title: "recipes: update, queue and view", run: recipes },
  { title: "close() ends what waits", run: closing },
];

async function watch(context: Context): Promise<void> {
  await using writer = context.undisturbed();
  await using client = context.client();
  const at = context.fresh();
  await using watch = client.watch(prefix(at));
  await watch.ready;
  const reading = take(watch, EVENTS);
  for (let event = 0; event < EVENTS; event++) {
    if (event === 15) {
      await context.ask({ op: "mode", member: "all", kind: "reset" });
    }
    if (event === 30) {
      await context.ask({ op: "mode", member: "all", kind: "refuse" });
    }
    if (event === 45) {
      await context.ask({ op: "mode", member: "all", kind: "pass" });
    }
    await writer.put(`${at}${event % 7}`, String(event));
  }
  const wanted = Array.from({ length: EVENTS }, (_, event) => String(event));
  assert.deepEqual(await reading, wanted);
}

/** The values of the first events of a watch. */
async function take(watch: Watch, count: number): Promise<readonly string[]> {
  const values: string[] = [];
  for await (const { kv } of watch.events()) {
    values.push(kv.value.text());
    if (values.length === count) break;
  }
  return values;
}

async function watchers(context: Context): Promise<void> {
  await using client = context.client();
  const key = context.fresh();
  const all = Array.from({ length: WATCHERS }, () => client.watch(key));
  await Promise.all(all.map(({ ready }) => ready));
  await client.put(key, "seen");
  const seen = await Promise.all(all.map((one) => take(one, 1)));
  assert.equal(seen.filter(([value]) => value === "seen").length, WATCHERS);
}

async function lease(context: Context): Promise<void> {
  await using client = context.client();
  const key = context.fresh();
  await using lease = await client.lease.grant(2);
  await client.put(key, "held", { lease });
  let renewals = 0;
  await lease.keepAlive({ onRenewal: () => renewals++ });
  // Each third of its time: without them it would be gone by now.
  await until("renewals", () => renewals >= 4);
  assert.equal((await client.get(key))?.value.text(), "held");
  assert.ok(!lease.signal.aborted);
  await lease.revoke();
  assert.equal(await client.get(key), undefined);
}

async function lostLease(context: Context): Promise<void> {
  await using client = context.client();
  const lease = await client.lease.grant(2);
  await lease.keepAlive();
  const startedAt = performance.now();
  await context.ask({ op: "mode", member: "all", kind: "blackhole" });
  try {
    await until("the lease lost", () => lease.signal.aborted);
    assert.ok(lease.signal.reason instanceof LeaseLostError);
    const tookMs = performance.now() - startedAt;
    // Of a lease of 2 s, with time for a machine that is busy.
    assert.ok(tookMs < 8_000, `told after ${tookMs} ms`);
  } finally {
    await context.ask({ op: "mode", member: "all", kind: "pass" });
  }
}

async function lock(context: Context): Promise<void> {
  await using client = context.client();
  const name = context.fresh();
  await using first = await client.session({ ttlSeconds: 5 });
  await using second = await client.session({ ttlSeconds: 5 });
  const held = await first.lock(name);
  const write = (value: string) =>
    client.txn({ if: [held.guard], then: [op.put(`${name}state`, value)] });
  assert.ok((await write("by its holder")).succeeded);
  let had = false;
  const next = second.lock(name).then((lock) => {
    had = true;
    return lock;
  });
  assert.equal(await second.tryLock(name), undefined);
  assert.ok(!had);
  await held.unlock();
  await using taken = await next;
  assert.ok(taken.revision > held.revision);
  assert.ok(!(await write("too late")).succeeded);
  const value = (await client.get(`${name}state`))?.value.text();
  assert.equal(value, "by its holder");
}

async function election(context: Context): Promise<void> {
  await using client = context.client();
  const name = context.fresh();
  await using first = await client.session({ ttlSeconds: 5 });
  await using second = await client.session({ ttlSeconds: 5 });
  const leadership = await first.campaign(name, "first");
  const next = second.campaign(name, "second");
  assert.equal((await client.election.leader(name))?.value.text(), "first");
  await leadership.resign();
  await using _ = await next;
  assert.equal((await client.election.leader(name))?.value.text(), "second");
}

async function recipes(context: Context): Promise<void> {
  await using client = context.client();
  const at = context.fresh();
  const counters = await view(client, prefix(`${at}count`), {
    codec: json<number>(),
  });
  const add = () =>
    update(client, `${at}count`, (old = 0) => old + 1, {
      codec: json<number>(),
    });
  await Promise.all(Array.from({ length: WRITERS }, add));
  await until("the view", () => counters.get(`${at}count`) === WRITERS);
  await counters.close();
  await using items = queue(client, `${at}queue`, { codec: text });
  const wanted = Array.from({ length: ITEMS }, (_, item) => `item ${item}`);
  const taking = (async () => {
    const taken: string[] = [];
    for await (const { value } of items) {
      taken.push(value);
      if (taken.length === ITEMS) break;
    }
    return taken;
  })();
  for (const item of wanted) await items.enqueue(item);
  assert.deepEqual(await taking, wanted);
}

async function closing(context: Context): Promise<void> {
  const client = context.client();
  const watch = client.watch(context.fresh());
  await watch.ready;
  const ended = assert.rejects(take(watch, 1), ClientClosedError);
  await client.close();
  await ended;
  await assert.rejects(client.get("x"), ClientClosedError);
  assert.equal(client.balancer.connections, 0);
}
