// The requests that the pages of recipes in docs/ state, as the server counts them.
import { assertEquals } from "@std/assert";
import type { Lock } from "../../../mod.ts";
import {
  barrier,
  doubleBarrier,
  type Permit,
  type Presence,
  priorityQueue,
  queue,
  rwLock,
  semaphore,
  stm,
  text,
} from "../../../recipes/mod.ts";
import { metricOf, sleep, waitFor } from "../../harness/mod.ts";
import { client, cluster, startOneMember } from "../_one_member.ts";

startOneMember();

/** How many requests for keys the server has answered. */
function answered(): Promise<number> {
  return metricOf(cluster.members, "grpc_server_handled_total", {
    grpc_service: "etcdserverpb.KV",
  });
}

/** Waits until the server has so many watches: those of whoever waits. */
async function untilWatches(count: number): Promise<void> {
  const name = "etcd_debugging_mvcc_watcher_total";
  await waitFor(
    `${count} watches`,
    async () => await metricOf(cluster.members, name) === count,
  );
}

/** How many requests some work makes, once it and what it begins are done. */
async function costOf(work: () => Promise<unknown>): Promise<number> {
  const before = await answered();
  await work();
  let last = await answered();
  await waitFor("the end of requests", async () => {
    await sleep(100);
    const now = await answered();
    const isOver = now === last;
    last = now;
    return isOver;
  });
  return last - before;
}

Deno.test("semaphore() costs what its page says", async () => {
  await using permits = semaphore(client, "cost", { limit: 1 });
  await using others = semaphore(client, "cost", { limit: 1 });
  await (await permits.acquire()).release();
  await (await others.acquire()).release();
  let permit = await permits.acquire();
  assertEquals(await costOf(() => permit.release()), 1);
  assertEquals(await costOf(async () => permit = await permits.acquire()), 1);
  assertEquals(await costOf(() => others.tryAcquire()), 1);
  const got: Permit[] = [];
  const wait = () => {
    void others.acquire().then((one) => got.push(one));
    return Promise.resolve();
  };
  assertEquals(await costOf(wait), 1);
  assertEquals(
    await costOf(async () => {
      for (let at = 0; at < 9; at++) await wait();
    }),
    9,
  );
  // One gets it, and nobody asks.
  const next = async () => {
    await permit.release();
    permit = await waitFor("the next one", () => got.pop());
  };
  assertEquals(await costOf(next), 1);
  for (let left = 9; left > 0; left--) await next();
  await permit.release();
  assertEquals(await costOf(() => others.tryAcquire()), 2);
});

Deno.test("queue() costs what its page says", async () => {
  await using jobs = queue(client, "cost", { codec: text });
  await jobs.enqueue("first");
  assertEquals(await costOf(() => jobs.enqueue("second")), 1);
  for (const value of ["third", "fourth"]) await jobs.enqueue(value);
  assertEquals(await costOf(() => jobs.dequeue()), 2);
  assertEquals(await costOf(() => jobs.dequeue()), 1);
  assertEquals(await costOf(() => jobs.dequeue()), 1);
  await jobs.dequeue();
  await using producer = queue(client, "cost", { codec: text });
  await producer.enqueue("warm");
  await jobs.dequeue();
  // With the producer's own.
  const wait = async () => {
    await untilWatches(0);
    const waiting = jobs.dequeue();
    await untilWatches(2);
    await producer.enqueue("x");
    await waiting;
  };
  assertEquals(await costOf(wait), 1 + 5);
});

Deno.test("stm() costs what its page says", async () => {
  const keys = Array.from({ length: 10 }, (_, at) => `stm/${at}`);
  const write = (options?: Parameters<typeof stm>[2]) =>
    stm(client, async (tx) => {
      for (const key of keys) await tx.get(key);
      tx.put("stm/0", "");
    }, options);
  assertEquals(await costOf(() => write({ prefetch: keys })), 2);
  assertEquals(await costOf(() => write()), 11);
  const atOnce = (more: () => unknown) =>
    stm(client, async (tx) => {
      await Promise.all(keys.map((key) => tx.get(key)));
      await more();
      tx.put("stm/0", "");
    });
  assertEquals(await costOf(() => atOnce(() => {})), 2);
  // With the request of the one that is in the way.
  let conflicts = 1;
  const inTheWay = () => conflicts-- > 0 && client.put("stm/1", "");
  assertEquals(await costOf(() => atOnce(inTheWay)), 3 + 1);
  conflicts = 2;
  assertEquals(await costOf(() => atOnce(inTheWay)), 4 + 1 + 2);
  const reading = () => stm(client, (tx) => tx.get("stm/0"));
  assertEquals(await costOf(reading), 1);
});

Deno.test("rwLock() costs what its page says", async () => {
  await using locks = rwLock(client, "rw");
  await using others = rwLock(client, "rw");
  await (await locks.readLock()).unlock();
  await (await others.readLock()).unlock();
  let reader = await locks.readLock();
  assertEquals(await costOf(() => reader.unlock()), 1);
  assertEquals(await costOf(async () => reader = await locks.readLock()), 1);
  assertEquals(await costOf(() => others.tryWriteLock()), 1);
  let writing: Promise<Lock> | undefined;
  const wait = () => {
    writing = others.writeLock();
    return Promise.resolve();
  };
  assertEquals(await costOf(wait), 1);
  const next = async () => {
    await reader.unlock();
    await writing;
  };
  assertEquals(await costOf(next), 1);
  await (await writing)?.unlock();
  assertEquals(await costOf(() => others.tryReadLock()), 2);
});

Deno.test("barrier() and doubleBarrier() cost what their page says", async () => {
  await using gate = barrier(client, "gate");
  await gate.hold();
  assertEquals(await costOf(() => gate.release()), 2);
  assertEquals(await costOf(() => gate.release()), 1);
  assertEquals(await costOf(() => gate.wait()), 1);
  assertEquals(await costOf(() => gate.hold()), 1);
  const wait = async () => {
    await untilWatches(0);
    const waiting = gate.wait();
    await untilWatches(1);
    await client.delete("gate");
    await waiting;
  };
  assertEquals(await costOf(wait), 1 + 1);
  await untilWatches(0);
  await using meeting = doubleBarrier(client, "meet", { count: 2 });
  const round = async () => {
    const inside: Presence[] = [];
    const enter = async () => {
      const first = meeting.enter();
      // One of them stays for as long as the barrier is used.
      await untilWatches(2);
      inside.push(...await Promise.all([first, meeting.enter()]));
    };
    const entered = await costOf(enter);
    const leave = () => Promise.all(inside.map((one) => one.leave()));
    return [entered, await costOf(leave)];
  };
  await round();
  assertEquals(await round(), [2 * 2, 2 * 2]);
});

Deno.test("priorityQueue() costs what its page says", async () => {
  await using jobs = priorityQueue(client, "urgent", { codec: text });
  const put = () => jobs.enqueue("x", { priority: 1 });
  await jobs.enqueue("x", { priority: 2 });
  assertEquals(await costOf(put), 2);
  assertEquals(await costOf(put), 1);
  await put();
  assertEquals(await costOf(() => jobs.dequeue()), 2);
  assertEquals(await costOf(() => jobs.dequeue()), 1);
  assertEquals(await costOf(() => jobs.dequeue()), 1);
  assertEquals(await costOf(() => jobs.dequeue()), 1);
  // With the producer's own.
  const wait = async () => {
    await untilWatches(0);
    const waiting = jobs.dequeue();
    await untilWatches(2);
    await put();
    await waiting;
  };
  assertEquals(await costOf(wait), 1 + 5);
});
