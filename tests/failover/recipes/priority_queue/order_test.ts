// Whether each item that was taken was the next one, by the history of the store.
import { assert, assertEquals } from "@std/assert";
import { prefix } from "../../../../mod.ts";
import { priorityQueue, text } from "../../../../recipes/mod.ts";
import { sleep, waitFor } from "../../../harness/mod.ts";
import { client, startOneMember } from "../../_one_member.ts";

startOneMember();

const COUNT = 120;

Deno.test("PriorityQueue.dequeue() takes the next item of all, while others put and take", async () => {
  const open = () => priorityQueue(client, "order", { codec: text });
  const { header } = await client.range("order");
  const stop = new AbortController();
  let taken = 0;
  const consumers = [1, 2, 3].map(async () => {
    await using jobs = open();
    for (;;) {
      const { signal } = stop;
      const item = await jobs.dequeue({ signal }).catch(() => undefined);
      if (item === undefined) return;
      taken++;
      await sleep(Math.random() * 3);
    }
  });
  await Promise.all([1, 2].map(async () => {
    await using jobs = open();
    for (let at = 0; at < COUNT; at++) {
      const priority = Math.floor(Math.random() * 4);
      await jobs.enqueue(`${at}`, { priority });
    }
  }));
  await waitFor("all items", () => taken === 2 * COUNT, { timeoutMs: 30_000 });
  stop.abort();
  await Promise.all(consumers);
  const last = await client.put("order/over", "");
  const startRevision = header.revision + 1n;
  await using watch = client.watch(prefix("order/"), { startRevision });
  const there = new Set<string>();
  let most = 0;
  for await (const { type, kv } of watch.events()) {
    if (kv.modRevision === last.header.revision) break;
    const key = kv.key.text();
    if (type === "delete") assertEquals([...there].toSorted()[0], key);
    if (type === "put") there.add(key);
    else there.delete(key);
    most = Math.max(most, there.size);
  }
  // There was a choice.
  assert(most > 3, `${most}`);
  assertEquals(there.size, 0);
});
