// Locks through pauses, partitions and a stalled event loop: never two holders.
import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  type Client,
  EtcdError,
  LeaseLostError,
  type Lock,
  op,
} from "../../../mod.ts";
import { etcdctl, sleep, waitFor } from "../../harness/mod.ts";
import { repeatDuring } from "../../scenarios/steps/repeat_during.ts";
import { observer } from "../../scenarios/steps/clients.ts";
import { cutAll, setAll } from "../../scenarios/steps/every_member.ts";
import { untilQueued } from "./_subject.ts";
import {
  cluster,
  eachStrategy,
  newClient,
  startThreeMembers,
} from "../_three_members.ts";

const TTL_SECONDS = 3;

startThreeMembers();

eachStrategy(
  "a paused holder is told before another has the lock, and its late write is not done",
  async (balancer) => {
    const name = `pause/${balancer}`;
    await using other = observer(cluster);
    await using client = newClient(balancer);
    const session = await client.session({ ttlSeconds: TTL_SECONDS });
    const lock = await session.lock(name);
    await using rival = await other.session({ ttlSeconds: TTL_SECONDS });
    const waiting = rival.lock(name);
    await untilQueued(other, name, 2);
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
    const loss = lock.signal.reason;
    assert(loss instanceof LeaseLostError);
    assertEquals(loss.reason, "not_renewed");
    const listed = (await other.lease.list()).includes(session.lease.id);
    // Asked too late, as this process stood still, it may have ended it.
    if (Date.now() < loss.lastRenewal.getTime() + TTL_SECONDS * 1_000) {
      assert(listed, "the server was first");
    }
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
  await untilQueued(other, name, 2);
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

eachStrategy(
  "no two hold a lock at once while members fail",
  async (balancer) => {
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
          // They share an event loop: what was due before this comes first.
          await sleep(0);
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
        await cluster.heal();
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
  },
);
