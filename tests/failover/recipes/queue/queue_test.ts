// What a queue promises, on a real server.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CodecError } from "../../../../errors/mod.ts";
import { CanceledError, prefix, TimeoutError } from "../../../../mod.ts";
import { json, queue, type QueueItem, text } from "../../../../recipes/mod.ts";
import { sleep, waitFor } from "../../../harness/mod.ts";
import { client, nextSerial, startOneMember } from "../../_one_member.ts";

startOneMember();

const newName = () => `queue${nextSerial()}`;

/** How many consumers wait for an item. */
async function waitersOf(name: string): Promise<number> {
  return Number((await client.range(prefix(`__${name}/turn/`))).count);
}

async function keysOf(name: string): Promise<readonly string[]> {
  const { kvs } = await client.range(prefix(name));
  return kvs.map(({ key }) => key.text());
}

Deno.test("Queue.dequeue() takes the oldest item first, whatever its key", async () => {
  const name = newName();
  await using jobs = queue(client, name, { codec: text });
  await client.put(`${name}/9`, "first");
  const second = await jobs.enqueue("second");
  await client.put(`${name}/1`, "third");
  // As Go's queue names its own.
  assert(/^queue\d+\/\d{19}$/.test(second.key.text()), second.key.text());
  const taken: QueueItem<string>[] = [];
  for (let at = 0; at < 3; at++) taken.push(await jobs.dequeue());
  assertEquals(taken.map(({ value }) => value), ["first", "second", "third"]);
  assertEquals(taken[1], second);
  assertEquals(await keysOf(name), []);
});

Deno.test("Queue.dequeue() waits for an item, and one item wakes one consumer", async () => {
  const name = newName();
  await using jobs = queue(client, name, { codec: text });
  const consumers = Array.from(
    { length: 5 },
    () => queue(client, name, { codec: text }),
  );
  const got: string[] = [];
  const waiting = consumers.map((one) =>
    one.dequeue().then(({ value }) => got.push(value))
  );
  await waitFor("the line", async () => await waitersOf(name) === 5);
  await jobs.enqueue("ready");
  await waitFor("the first", async () => await waitersOf(name) === 4);
  const { header: { revision } } = await client.range(name);
  await jobs.enqueue("a");
  await waitFor("the line", async () => await waitersOf(name) === 3);
  // Put; taken; left the line: each is one revision. Nobody else wrote.
  const { header: { revision: after } } = await client.range(name);
  assertEquals(after - revision, 3n);
  for (const value of ["b", "c", "d"]) await jobs.enqueue(value);
  await Promise.all(waiting);
  assertEquals(got.toSorted(), ["a", "b", "c", "d", "ready"]);
  await Promise.all(consumers.map((one) => one.close()));
  assertEquals(await waitersOf(name), 0);
});

Deno.test("Queue.dequeue() gives each item to one of many consumers, in order for each", async () => {
  const name = newName();
  const COUNT = 60;
  await using jobs = queue(client, name, { codec: json<number>() });
  await Promise.all(
    Array.from({ length: COUNT }, (_, at) => jobs.enqueue(at)),
  );
  const consumers = Array.from(
    { length: 4 },
    () => queue(client, name, { codec: json<number>() }),
  );
  const taken = consumers.map((): QueueItem<number>[] => []);
  const working = consumers.map(async (one, at) => {
    for await (const item of one) taken[at]?.push(item);
  });
  await waitFor("all items", () => taken.flat().length >= COUNT, {
    timeoutMs: 20_000,
  });
  await Promise.all(consumers.map((one) => one.close()));
  await Promise.all(working);
  for (const own of taken) {
    const revisions = own.map(({ revision }) => revision);
    assertEquals(revisions, revisions.toSorted((a, b) => Number(a - b)));
  }
  assertEquals(
    taken.flat().map(({ value }) => value).toSorted((a, b) => a - b),
    Array.from({ length: COUNT }, (_, at) => at),
  );
});

Deno.test("Queue.dequeue() leaves nothing, and takes nothing, when it is cancelled or too late", async () => {
  const name = newName();
  await using jobs = queue(client, name, { codec: text });
  await using consumer = queue(client, name, { codec: text });
  const error = await assertRejects(
    () => consumer.dequeue({ timeoutMs: 100 }),
    TimeoutError,
  );
  assert(error.message.includes(`dequeue from "${name}"`), error.message);
  const sent: string[] = [];
  const got: string[] = [];
  // The end of the wait and the item come at about the same time.
  for (const at of Array(20).keys()) {
    const stop = new AbortController();
    const asked = consumer.dequeue({ signal: stop.signal }).then(
      ({ value }) => got.push(value),
      (reason) => assertEquals(reason, "enough"),
    );
    const timer = setTimeout(() => stop.abort("enough"), at);
    sent.push((await jobs.enqueue(`${at}`)).value);
    await asked;
    clearTimeout(timer);
  }
  while (got.length < sent.length) {
    got.push((await consumer.dequeue({ timeoutMs: 5_000 })).value);
  }
  assertEquals(got, sent);
  await waitFor("no line", async () => await waitersOf(name) === 0);
});

Deno.test("Queue.close() puts back what nobody has got", async () => {
  const name = newName();
  await using jobs = queue(client, name, { codec: text });
  const sent = Array.from({ length: 15 }, (_, at) => `${at}`);
  const got: string[] = [];
  for (const [at, value] of sent.entries()) {
    await jobs.enqueue(value);
    const consumer = queue(client, name, { codec: text });
    const asked = consumer.dequeue();
    asked.then((item) => got.push(item.value), () => {});
    await sleep(2 * at);
    await consumer.close();
  }
  while (got.length < sent.length) got.push((await jobs.dequeue()).value);
  assertEquals(got.toSorted(), sent.toSorted());
  await jobs.close();
  assertEquals(await keysOf(name), []);
  assertEquals(await keysOf(`__${name}`), []);
});

Deno.test("Queue.dequeue() names an item that does not decode, leaves it, and goes past it", async () => {
  const name = newName();
  await using numbers = queue(client, name, { codec: json<number>() });
  const { header: { revision } } = await client.put(`${name}/1`, "no number");
  await client.put(`${name}/2`, "{");
  await numbers.enqueue(3);
  for (const [key, at] of [["1", revision], ["2", revision + 1n]] as const) {
    const error = await assertRejects(() => numbers.dequeue(), CodecError);
    assertEquals(
      [error.key, error.revision, error.direction],
      [`${name}/${key}`, at, "decode"],
    );
  }
  assertEquals((await numbers.dequeue()).value, 3);
  await numbers.enqueue(4);
  assertEquals((await numbers.dequeue()).value, 4);
  assertEquals(await keysOf(name), [`${name}/1`, `${name}/2`]);
  // Put right by somebody, it is an item as any other; the queue waits for that.
  const waiting = numbers.dequeue();
  await waitFor("the wait", async () => await waitersOf(name) === 1);
  await client.put(`${name}/2`, "2");
  assertEquals((await waiting).value, 2);
  // Another consumer can make sense of the other one.
  await using texts = queue(client, name, { codec: text });
  assertEquals((await texts.dequeue()).value, "no number");
});

Deno.test("a queue's iteration ends when it is closed, and throws the reason of its signal", async () => {
  const name = newName();
  const jobs = queue(client, name, { codec: text });
  const got: string[] = [];
  const over = (async () => {
    for await (const { value } of jobs) got.push(value);
  })();
  const stop = new AbortController();
  await using consumer = queue(client, name, { codec: text });
  const stopped = consumer.items({ signal: stop.signal }).next();
  await waitFor("both", async () => await waitersOf(name) === 2);
  stop.abort("stop");
  assertEquals(await stopped.catch((reason) => reason), "stop");
  await jobs.enqueue("x");
  await waitFor("the item", () => got.length === 1);
  await jobs.close();
  await over;
  const error = await assertRejects(() => jobs.dequeue(), CanceledError);
  assertEquals(
    error.message,
    `Cannot use the queue "${name}": it is closed (canceled)`,
  );
  await assertRejects(() => jobs.enqueue("y"), CanceledError);
});
