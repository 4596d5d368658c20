// Semaphores whose session is the user's, is lost, or ends with the client.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ClientClosedError,
  EtcdError,
  LeaseLostError,
  prefix,
} from "../../../../mod.ts";
import { queue, semaphore, text } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import {
  faultyClient,
  faultyMember,
  other,
  startFaultyMember,
} from "../../_faulty_member.ts";
import { placesOf, untilPlaces } from "./_subject.ts";

startFaultyMember();

Deno.test("two recipes share a session, and leave it to its owner", async () => {
  const session = await other.session();
  const permits = semaphore(other, "shared", { limit: 2, session });
  const same = semaphore(other, "shared", { limit: 2, session });
  const jobs = queue(other, "shared", { session, codec: text });
  const [one, two] = await Promise.all([permits.acquire(), same.acquire()]);
  await Promise.all(["a", "b"].map((job) => jobs.enqueue(job)));
  const waiting = permits.acquire();
  await untilPlaces(other, "shared", 3);
  assertEquals(
    (await Promise.all([jobs.dequeue(), jobs.dequeue()]))
      .map(({ value }) => value).sort(),
    ["a", "b"],
  );
  await two.release();
  await (await waiting).release();
  await permits.close();
  await same.close();
  await jobs.close();
  assert(one.signal.aborted);
  assert(!session.signal.aborted);
  assertEquals(await placesOf(other, "shared"), 0);
  await session.close();
  assertEquals((await other.range(prefix("shared"))).kvs, []);
  assertEquals((await other.range(prefix("__shared"))).kvs, []);
  const after = semaphore(other, "shared", { limit: 2, session });
  await assertRejects(() => after.acquire(), LeaseLostError);
  await after.close();
});

Deno.test("a holder that is cut off is cleared when its time is over, and comes back with a new session", async () => {
  await using client = faultyClient();
  await using permits = semaphore(client, "cut", { limit: 1, ttlSeconds: 2 });
  await using others = semaphore(other, "cut", { limit: 1 });
  const held = await permits.acquire();
  const next = others.acquire();
  await untilPlaces(other, "cut", 2);
  const waiting = permits.acquire();
  await untilPlaces(other, "cut", 3);
  await faultyMember().proxy.set({ kind: "refuse" });
  try {
    await waitFor("the loss", () => held.signal.aborted);
    assert(held.signal.reason instanceof LeaseLostError);
    await (await next).release();
    await untilPlaces(other, "cut", 0);
  } finally {
    await faultyMember().proxy.set({ kind: "pass" });
  }
  const again = await waiting;
  assert(again.revision > held.revision);
  await again.release();
  await held.release();
});

Deno.test("Semaphore.acquire() and a permit end with the client", async () => {
  const client = faultyClient();
  await using permits = semaphore(client, "closed", {
    limit: 1,
    ttlSeconds: 1,
  });
  const held = await permits.acquire();
  const waiting = assertRejects(() => permits.acquire(), EtcdError);
  await untilPlaces(other, "closed", 2);
  await client.close();
  // Its place may be there before it is told so.
  const error = await waiting;
  assert(error instanceof LeaseLostError || error instanceof ClientClosedError);
  assert(held.signal.reason instanceof LeaseLostError);
  assertEquals(held.signal.reason.reason, "client_closed");
  // What it left ends with its lease.
  await untilPlaces(other, "closed", 0);
});

Deno.test("Semaphore.acquire() enters once when the answers to its first tries are lost", async () => {
  await using client = faultyClient();
  await using permits = semaphore(client, "mute", { limit: 2 });
  await (await permits.acquire()).release();
  const { proxy } = faultyMember();
  await proxy.set({ kind: "mute" });
  const kept = permits.acquire();
  const stop = new AbortController();
  const left = permits.acquire({ signal: stop.signal }).catch((error) => error);
  await untilPlaces(other, "mute", 2);
  await proxy.set({ kind: "pass" });
  await proxy.cutAll();
  stop.abort("left");
  assertEquals(await left, "left");
  const permit = await kept;
  await untilPlaces(other, "mute", 1);
  await using second = await permits.acquire();
  assertEquals(await permits.tryAcquire(), undefined);
  await permit.release();
  assert(!second.signal.aborted);
  assertEquals(await placesOf(other, "mute"), 1);
});

Deno.test("Semaphore.close() ends although nothing is answered, and what is left ends with its time", async () => {
  await using client = faultyClient();
  const permits = semaphore(client, "left", { limit: 1, ttlSeconds: 2 });
  const permit = await permits.acquire();
  const { proxy } = faultyMember();
  await proxy.set({ kind: "blackhole" });
  try {
    await permits.close();
    assert(permit.signal.aborted);
    await untilPlaces(other, "left", 0);
  } finally {
    await proxy.set({ kind: "pass" });
  }
});
