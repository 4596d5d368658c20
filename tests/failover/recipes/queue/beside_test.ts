// Queues beside other recipes, other consumers, and in a namespace.
import { assert, assertEquals } from "@std/assert";
import { prefix } from "../../../../mod.ts";
import { queue, semaphore, text } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { client, nextSerial, startOneMember } from "../../_one_member.ts";

startOneMember();

const newName = () => `beside${nextSerial()}`;

/** How many consumers wait for an item. */
async function waitersOf(name: string): Promise<number> {
  return Number((await client.range(prefix(`__${name}/turn/`))).count);
}

Deno.test("Queue.dequeue() takes no key that has a lease: it is no item", async () => {
  const name = newName();
  await using session = await client.session();
  await using jobs = queue(client, name, { codec: text });
  await using lock = await session.lock(name);
  await using permits = semaphore(client, name, { limit: 9 });
  for (let at = 0; at < 3; at++) await permits.acquire();
  for (const value of ["a", "b"]) await jobs.enqueue(value);
  assertEquals((await jobs.dequeue()).value, "a");
  assertEquals((await jobs.dequeue()).value, "b");
  const waiting = jobs.dequeue();
  await waitFor("the wait", async () => await waitersOf(name) === 1);
  const permit = await permits.acquire();
  await jobs.enqueue("c");
  assertEquals((await waiting).value, "c");
  assert(!lock.signal.aborted && !permit.signal.aborted);
});

Deno.test("a queue and a semaphore stay within their namespace", async () => {
  const name = newName();
  const app = client.namespace(`${name}/`);
  await using jobs = queue(app, "jobs", { codec: text });
  await using permits = semaphore(app, "few", { limit: 1 });
  const { key } = await jobs.enqueue("a");
  assert(key.text().startsWith("jobs/"));
  assertEquals((await jobs.dequeue()).value, "a");
  await using permit = await permits.acquire();
  assertEquals(await permits.tryAcquire(), undefined);
  assert((await app.txn({ if: [permit.guard] })).succeeded);
  const waiting = jobs.dequeue();
  await waitFor(
    "the wait",
    async () => (await app.range(prefix("__jobs/turn/"))).count === 1n,
  );
  await jobs.enqueue("b");
  assertEquals((await waiting).value, "b");
  const outside = (await client.range(prefix("__"))).kvs;
  assertEquals(outside.map(({ key }) => key.text()), []);
});

Deno.test("Queue.dequeue() reads many small items at once, in order beside others", async () => {
  const name = newName();
  await using jobs = queue(client, name, { codec: text });
  await using others = queue(client, name, { codec: text });
  const sent = Array.from({ length: 90 }, (_, at) => `${at}`);
  for (const value of sent) await jobs.enqueue(value);
  const got: string[] = [];
  for (const at of sent.keys()) {
    // Each of them has read items that the other one takes meanwhile.
    const one = at % 10 < 5 ? jobs : others;
    got.push((await one.dequeue({ timeoutMs: 10_000 })).value);
  }
  assertEquals(got, sent);
});
