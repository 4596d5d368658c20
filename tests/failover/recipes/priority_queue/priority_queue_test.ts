// What a priority queue promises, on a real server.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CodecError } from "../../../../errors/mod.ts";
import { CanceledError, prefix, TimeoutError } from "../../../../mod.ts";
import { json, priorityQueue, text } from "../../../../recipes/mod.ts";
import { sleep, waitFor } from "../../../harness/mod.ts";
import { client, nextSerial, startOneMember } from "../../_one_member.ts";

startOneMember();

const newName = () => `urgent${nextSerial()}`;

async function waitersOf(name: string): Promise<number> {
  return Number((await client.range(prefix(`__${name}/turn/`))).count);
}

async function keysOf(start: string): Promise<readonly string[]> {
  const { kvs } = await client.range(prefix(start));
  return kvs.map(({ key }) => key.text());
}

Deno.test("PriorityQueue.dequeue() takes the smallest number first, and the oldest of those", async () => {
  const name = newName();
  await using jobs = priorityQueue(client, name, { codec: text });
  await using others = priorityQueue(client, name, { codec: text });
  for (const [at, priority] of [7, 0, 65_535, 7, 0, 300].entries()) {
    const from = at % 2 ? jobs : others;
    await from.enqueue(`${priority}/${at}`, { priority });
  }
  // As Go's has them.
  assertEquals(await keysOf(`${name}/`), [
    `${name}/00000/0000000000000000`,
    `${name}/00000/0000000000000001`,
    `${name}/00007/0000000000000000`,
    `${name}/00007/0000000000000001`,
    `${name}/00300/0000000000000000`,
    `${name}/65535/0000000000000000`,
  ]);
  const got: string[] = [];
  for (let at = 0; at < 6; at++) {
    const item = await (at % 3 ? jobs : others).dequeue();
    assertEquals(item.priority, Number(item.value.split("/")[0]));
    got.push(item.value);
  }
  assertEquals(got, ["0/1", "0/4", "7/0", "7/3", "300/5", "65535/2"]);
  assertEquals(await keysOf(`${name}/`), []);
});

Deno.test("PriorityQueue.dequeue() takes an item that has come since it last read", async () => {
  const name = newName();
  await using jobs = priorityQueue(client, name, { codec: text });
  await using producer = priorityQueue(client, name, { codec: text });
  for (let at = 0; at < 5; at++) {
    await producer.enqueue(`late ${at}`, { priority: 5 });
  }
  assertEquals((await jobs.dequeue()).value, "late 0");
  await producer.enqueue("urgent", { priority: 1 });
  assertEquals((await jobs.dequeue()).value, "urgent");
  assertEquals((await jobs.dequeue()).value, "late 1");
  // One that cannot be read is before all of them.
  await using session = await client.session();
  await client.put(`${name}/00000/0`, "", { lease: session.lease });
  assertEquals((await jobs.dequeue()).value, "late 2");
  await producer.enqueue("again", { priority: 2 });
  assertEquals((await jobs.dequeue()).value, "again");
});

Deno.test("PriorityQueue keeps the order of a priority with many producers at once", async () => {
  const name = newName();
  const COUNT = 40;
  const producers = Array.from(
    { length: 4 },
    () => priorityQueue(client, name, { codec: json<number>() }),
  );
  const revisions: bigint[] = [];
  await Promise.all(producers.map(async (one, at) => {
    for (let number = at; number < COUNT; number += 4) {
      const { revision } = await one.enqueue(number, { priority: 1 });
      revisions.push(revision);
    }
  }));
  const [jobs] = producers;
  assert(jobs);
  const taken: bigint[] = [];
  const values: number[] = [];
  for (let at = 0; at < COUNT; at++) {
    const { value, revision } = await jobs.dequeue();
    values.push(value);
    taken.push(revision);
  }
  assertEquals(taken, revisions.toSorted((a, b) => Number(a - b)));
  assertEquals(values.toSorted((a, b) => a - b), [...Array(COUNT).keys()]);
  await Promise.all(producers.map((one) => one.close()));
});

Deno.test("PriorityQueue.dequeue() waits for an item, and one item wakes one consumer", async () => {
  const name = newName();
  await using jobs = priorityQueue(client, name, { codec: text });
  const consumers = Array.from(
    { length: 4 },
    () => priorityQueue(client, name, { codec: text }),
  );
  const got: string[] = [];
  const waiting = consumers.map((one) =>
    one.dequeue().then(({ value }) => got.push(value))
  );
  await waitFor("the line", async () => await waitersOf(name) === 4);
  await jobs.enqueue("ready", { priority: 9 });
  await waitFor("the first", async () => await waitersOf(name) === 3);
  const { header: { revision } } = await client.range(name);
  await jobs.enqueue("a", { priority: 9 });
  await waitFor("the line", async () => await waitersOf(name) === 2);
  // Put; taken; left the line: each is one revision. Nobody else wrote.
  const { header: { revision: after } } = await client.range(name);
  assertEquals(after - revision, 3n);
  for (const value of ["b", "c"]) await jobs.enqueue(value, { priority: 9 });
  await Promise.all(waiting);
  assertEquals(got.toSorted(), ["a", "b", "c", "ready"]);
  await Promise.all(consumers.map((one) => one.close()));
});

Deno.test("PriorityQueue.close() puts back in its place what nobody has got", async () => {
  const name = newName();
  await using jobs = priorityQueue(client, name, { codec: text });
  const sent = Array.from({ length: 15 }, (_, at) => `${at}`);
  const got: string[] = [];
  for (const [at, value] of sent.entries()) {
    await jobs.enqueue(value, { priority: 3 });
    const consumer = priorityQueue(client, name, { codec: text });
    const asked = consumer.dequeue();
    asked.then((item) => got.push(item.value), () => {});
    await sleep(2 * at);
    await consumer.close();
  }
  const rest: number[] = [];
  while (got.length < sent.length) {
    const { value } = await jobs.dequeue({ timeoutMs: 10_000 });
    got.push(value);
    rest.push(Number(value));
  }
  assertEquals(rest, rest.toSorted((a, b) => a - b));
  assertEquals(got.toSorted(), sent.toSorted());
  await jobs.close();
  assertEquals(await keysOf(`${name}/`), []);
  // A key for each priority that was used, as Go's queue leaves them.
  assertEquals(await keysOf(`__${name}`), [`__${name}/00003`]);
});

Deno.test("PriorityQueue.dequeue() names an item that does not decode, leaves it, and goes past it", async () => {
  const name = newName();
  await using numbers = priorityQueue(client, name, { codec: json<number>() });
  await client.put(`${name}/00001/0000000000000000`, "{");
  // Nothing that a priority queue has put.
  await client.put(`${name}/1`, "1");
  await numbers.enqueue(2, { priority: 2 });
  await numbers.enqueue(1, { priority: 1 });
  const error = await assertRejects(() => numbers.dequeue(), CodecError);
  assertEquals(error.key, `${name}/00001/0000000000000000`);
  assertEquals((await numbers.dequeue()).value, 1);
  assertEquals((await numbers.dequeue()).value, 2);
  const waiting = numbers.dequeue();
  await waitFor("the wait", async () => await waitersOf(name) === 1);
  await numbers.enqueue(3, { priority: 3 });
  const { value, priority } = await waiting;
  assertEquals([value, priority], [3, 3]);
  assertEquals(await keysOf(`${name}/`), [
    `${name}/00001/0000000000000000`,
    `${name}/1`,
  ]);
});

Deno.test("PriorityQueue ends its waits by signal, time and close()", async () => {
  const name = newName();
  const jobs = priorityQueue(client, name, { codec: text });
  const late = await assertRejects(
    () => jobs.dequeue({ timeoutMs: 50 }),
    TimeoutError,
  );
  assert(late.message.includes(`dequeue from "${name}"`), late.message);
  const stop = new AbortController();
  const stopped = jobs.items({ signal: stop.signal }).next();
  await waitFor("the wait", async () => await waitersOf(name) === 1);
  stop.abort("stop");
  assertEquals(await stopped.catch((reason) => reason), "stop");
  const got: string[] = [];
  const over = (async () => {
    for await (const { value } of jobs) got.push(value);
  })();
  await jobs.enqueue("x", { priority: 1 });
  await waitFor("the item", () => got.length === 1);
  await jobs.close();
  await over;
  await assertRejects(() => jobs.dequeue(), CanceledError);
  await assertRejects(() => jobs.enqueue("y", { priority: 1 }), CanceledError);
});
