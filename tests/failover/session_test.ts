// Locks and leaderships through faults, with each strategy: never two at once.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { BALANCER_NAMES, type BalancerName } from "../../balancers/mod.ts";
import {
  Client,
  EtcdError,
  type KeyValue,
  LeaseLostError,
  type Lock,
  op,
  prefix,
} from "../../mod.ts";
import { Cluster, etcdctl, sleep, waitFor } from "../harness/mod.ts";
import { repeatDuring } from "../scenarios/_repeat_during.ts";
import { cutAll, setAll } from "../scenarios/_every_member.ts";
import { observer } from "./_stream_subject.ts";

const TTL_SECONDS = 3;

let cluster: Cluster;

Deno.test.beforeAll(async () => {
  cluster = await Cluster.start();
});

Deno.test.afterAll(async () => {
  await cluster.close();
});

/** A client behind the fault proxies; an observer is one past them. */
function newClient(balancer: BalancerName): Client {
  return new Client({
    endpoints: cluster.endpoints,
    balancer,
    dialTimeoutMs: 1_000,
    keepAlive: false,
  });
}

/** A test for each strategy, on a cluster without faults. */
function scenario(
  name: string,
  run: (balancer: BalancerName) => Promise<void>,
): void {
  for (const balancer of BALANCER_NAMES) {
    Deno.test(`${balancer} | ${name}`, async () => {
      await cluster.reset();
      await run(balancer);
    });
  }
}

async function untilQueued(
  client: Client,
  name: string,
  length: bigint,
): Promise<void> {
  await waitFor(
    `a queue of ${length}`,
    async () => (await client.range(prefix(`${name}/`))).count === length,
  );
}

scenario("a lock is waited for across cut connections", async (balancer) => {
  const name = `cuts/${balancer}`;
  await using other = observer(cluster);
  await using client = newClient(balancer);
  await using holder = await other.session();
  await using session = await client.session();
  const held = await holder.lock(name);
  let lock: Lock | undefined;
  const waiting = session.lock(name).then((got) => lock = got);
  await untilQueued(other, name, 2n);
  for (let cuts = 0; cuts < 3; cuts++) {
    await cutAll(cluster);
    await sleep(100);
  }
  assertEquals(lock, undefined);
  await held.unlock();
  const { signal, revision } = await waiting;
  assertFalse(signal.aborted);
  assert(revision > held.revision);
  assertFalse(session.signal.aborted);
});

scenario("observe() goes on across cut connections", async (balancer) => {
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

scenario(
  "a paused holder is told before another has the lock, and its late write is not done",
  async (balancer) => {
    const name = `pause/${balancer}`;
    await using other = observer(cluster);
    await using client = newClient(balancer);
    const session = await client.session({ ttlSeconds: TTL_SECONDS });
    const lock = await session.lock(name);
    await using rival = await other.session({ ttlSeconds: TTL_SECONDS });
    const waiting = rival.lock(name);
    await untilQueued(other, name, 2n);
    const write = (value: string, guard: readonly Lock["guard"][]) =>
      client.txn({
        if: guard,
        then: [op.put(`${name}-${value}`, value)],
      });
    assert((await write("guarded", [lock.guard])).succeeded);
    await setAll(cluster, { kind: "pause" });
    // On their way as long as the pause lasts.
    const late = write("late", [lock.guard]);
    const unguarded = write("unguarded", []);
    await waitFor("the loss", () => lock.signal.aborted);
    assert(lock.signal.reason instanceof LeaseLostError);
    assertEquals(lock.signal.reason.reason, "not_renewed");
    assert(
      (await other.lease.list()).includes(session.lease.id),
      "the server was first",
    );
    const newer = await waiting;
    assert(newer.revision > lock.revision);
    assert(
      (await other.txn({ if: [newer.guard], then: [op.put(name, "x")] }))
        .succeeded,
    );
    await setAll(cluster, { kind: "pass" });
    assertFalse((await late).succeeded);
    // Without the guard the old holder would have written after the new one.
    const { header, succeeded } = await unguarded;
    assert(succeeded && header.revision > newer.revision);
    await session.close();
    assertFalse(newer.signal.aborted);
  },
);

scenario(
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
    await untilQueued(other, name, 2n);
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
    await untilQueued(other, name, 1n);
    await other.lock.unlock(key);
  },
);

// Once: what stands still is above every strategy.
Deno.test("a holder whose event loop stood still is told at once, and its write is not done", async () => {
  await cluster.reset();
  const name = "frozen";
  await using other = observer(cluster);
  await using client = newClient("grpc1.23");
  await using session = await client.session({ ttlSeconds: TTL_SECONDS });
  const lock = await session.lock(name);
  // Another process, as everything in this one stands still.
  const rival = etcdctl(cluster, ["lock", name, "--", "echo", "had it"]);
  await untilQueued(other, name, 2n);
  const until = performance.now() + TTL_SECONDS * 1_000 + 2_500;
  while (performance.now() < until);
  const write = client.txn({ if: [lock.guard], then: [op.put(name, "x")] });
  assertEquals(await rival, "had it\n");
  assert(lock.signal.reason instanceof LeaseLostError);
  assert(lock.signal.reason.loopStallMs > 2_000, `${lock.signal.reason}`);
  const written = await write.then(({ succeeded }) => succeeded, (error) => {
    // The connection may not have survived the silence.
    if (error instanceof EtcdError && error.maybeCommitted) return false;
    throw error;
  });
  assertFalse(written);
  assertEquals(await other.get(name), undefined);
});

/** Somebody who holds the lock, or did. */
interface Hold {
  readonly who: string;
  readonly signal: AbortSignal;
}

scenario("no two hold a lock at once while members fail", async (balancer) => {
  const name = `faults/${balancer}`;
  const ledger = `${name}-ledger`;
  await using other = observer(cluster);
  const { header } = await other.range(ledger);
  const holds: Hold[] = [];
  const tally = new Map<string, number>();
  const contender =
    (who: string, client: Client, abort: AbortSignal) => async () => {
      try {
        await using session = await client.session({
          ttlSeconds: TTL_SECONDS,
          timeoutMs: 2_000,
        });
        await using lock = await session.lock(name, { signal: abort });
        for (const { who: holder, signal } of holds) {
          assert(signal.aborted, `${who} and ${holder} at once`);
        }
        holds.push({ who, signal: lock.signal });
        for (let writes = 0; writes < 20 && !lock.signal.aborted; writes++) {
          const { succeeded } = await client.txn({
            if: [lock.guard],
            then: [op.put(ledger, `${lock.revision}`)],
          }, { timeoutMs: 1_000 });
          if (succeeded) tally.set(who, (tally.get(who) ?? 0) + 1);
          await sleep(5);
        }
      } catch (error) {
        if (!(error instanceof EtcdError) && error !== "over") throw error;
      }
    };
  await using behind = newClient(balancer);
  await using also = newClient(balancer);
  await using past = observer(cluster);
  const over = new AbortController();
  await repeatDuring(
    [
      contender("behind", behind, over.signal),
      contender("also behind", also, over.signal),
      contender("past", past, over.signal),
    ],
    async () => {
      const [first] = cluster.members;
      const before = holds.length;
      await waitFor("a few turns", () => holds.length > before + 3);
      await setAll(cluster, { kind: "pause" });
      await sleep(TTL_SECONDS * 1_000 + 500);
      await setAll(cluster, { kind: "pass" });
      if (first) await cluster.isolate(first);
      await sleep(1_500);
      await cluster.healPeers();
      await cutAll(cluster);
      await (await cluster.leader()).freeze();
      await sleep(1_500);
      await cluster.reset();
      const after = holds.length;
      await waitFor("a few more turns", () => holds.length > after + 3, {
        timeoutMs: 20_000,
      });
      over.abort("over");
    },
    {},
  );
  // Who wrote, in the order of the store: nobody after a later holder.
  const tokens: bigint[] = [];
  const last = await other.get(ledger);
  await using watch = other.watch(ledger, {
    startRevision: header.revision + 1n,
  });
  for await (const { kv } of watch.events()) {
    tokens.push(BigInt(kv.value.text()));
    if (kv.modRevision === last?.modRevision) break;
  }
  assertEquals(tokens, tokens.toSorted((a, b) => Number(a - b)));
  const confirmed = [...tally.values()].reduce((sum, one) => sum + one, 0);
  assert(tokens.length >= confirmed, `${tokens.length} of ${confirmed}`);
  assertEquals([...tally.keys()].sort(), ["also behind", "behind", "past"]);
});
