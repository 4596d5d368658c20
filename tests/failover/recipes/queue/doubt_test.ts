// Items whose answers are lost: put once, taken once, or told to be in doubt.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  prefix,
  type Session,
  TimeoutError,
  UnavailableError,
} from "../../../../mod.ts";
import { queue, text } from "../../../../recipes/mod.ts";
import {
  faultyClient,
  faultyMember,
  other,
  startFaultyMember,
} from "../../_faulty_member.ts";
import { queueLength, untilQueued } from "../../locks/_subject.ts";

startFaultyMember();

async function mute(): Promise<void> {
  await faultyMember().proxy.set({ kind: "mute" });
}

async function heal(): Promise<void> {
  const { proxy } = faultyMember();
  await proxy.set({ kind: "pass" });
  // What was lost is not sent again by itself.
  await proxy.cutAll();
}

Deno.test("Queue.enqueue() puts an item once that was taken before its answer came", async () => {
  await using client = faultyClient();
  await using jobs = queue(client, "put", { codec: text });
  await using consumer = queue(other, "put", { codec: text });
  await jobs.enqueue("first");
  assertEquals((await consumer.dequeue()).value, "first");
  await mute();
  const asked = jobs.enqueue("second");
  const item = await consumer.dequeue();
  await heal();
  assertEquals(await asked, item);
  assertEquals(await queueLength(other, "put"), 0);
});

Deno.test("Queue.dequeue() knows the item that it has taken, though the answer was lost", async () => {
  await using client = faultyClient();
  await using jobs = queue(client, "take", { codec: text });
  const first = await jobs.enqueue("first");
  await jobs.enqueue("second");
  assertEquals(await jobs.dequeue(), first);
  await mute();
  const asked = jobs.dequeue();
  await untilQueued(other, "take", 0);
  await heal();
  assertEquals((await asked).value, "second");
});

Deno.test("Queue.dequeue() leaves an item to the next call if its own was over meanwhile", async () => {
  await using client = faultyClient();
  await using jobs = queue(client, "kept", { codec: text });
  await jobs.enqueue("first");
  await jobs.enqueue("second");
  assertEquals((await jobs.dequeue()).value, "first");
  await mute();
  const asked = assertRejects(
    () => jobs.dequeue({ timeoutMs: 500 }),
    TimeoutError,
  );
  await untilQueued(other, "kept", 0);
  // It is not lost: so nothing is in doubt.
  assertFalse((await asked).maybeCommitted);
  await heal();
  assertEquals((await jobs.dequeue({ timeoutMs: 15_000 })).value, "second");
});

Deno.test("Queue.close() puts an item back that came too late", async () => {
  await using client = faultyClient();
  const jobs = queue(client, "back", { codec: text });
  const [, second] = [
    await jobs.enqueue("first"),
    await jobs.enqueue("second"),
  ];
  await jobs.dequeue();
  await mute();
  const stop = new AbortController();
  const asked = jobs.dequeue({ signal: stop.signal });
  await untilQueued(other, "back", 0);
  stop.abort("enough");
  assertEquals(await asked.catch((reason) => reason), "enough");
  const closing = jobs.close();
  await heal();
  await closing;
  const { kvs: [back] } = await other.range(prefix("back/"));
  assertEquals(back?.key, second.key);
  assertEquals(back?.value.text(), "second");
  assertEquals((await other.range(prefix("__back"))).kvs, []);
});

/** Ends a lease past the faults, as if its time was over. */
async function end({ lease }: Session): Promise<void> {
  const same = await other.lease.attach(lease.id);
  await same.revoke();
}

Deno.test("Queue.dequeue() names an item that may have been taken, if its session has ended as well", async () => {
  await using client = faultyClient();
  const session = await client.session({ ttlSeconds: 60 });
  await using jobs = queue(client, "doubt", { codec: text, session });
  await jobs.enqueue("first");
  const second = await jobs.enqueue("second");
  await jobs.dequeue();
  await mute();
  const asked = assertRejects(() => jobs.dequeue(), UnavailableError);
  await untilQueued(other, "doubt", 0);
  await end(session);
  await heal();
  const error = await asked;
  assert(error.maybeCommitted);
  assert(error.message.includes(second.key.text()), error.message);
  await session.close();
});

Deno.test("Queue.dequeue() takes an item with a new session if the old one was lost before", async () => {
  await using client = faultyClient();
  await using jobs = queue(client, "lost", { codec: text });
  await jobs.enqueue("first");
  await jobs.enqueue("second");
  await jobs.dequeue();
  // The server forgets the lease; the client learns that from the answer.
  for (const id of await other.lease.list()) {
    await (await other.lease.attach(id)).revoke();
  }
  assertEquals((await jobs.dequeue()).value, "second");
  assertEquals((await jobs.enqueue("third")).value, "third");
  assertEquals((await jobs.dequeue()).value, "third");
});
