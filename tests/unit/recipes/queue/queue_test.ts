// Bad input of queues: told before anything is sent.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CodecError } from "../../../../errors/mod.ts";
import { Client, InvalidOptionError } from "../../../../mod.ts";
import { json, text } from "../../../../recipes/codec/mod.ts";
import { queue, type QueueOptions } from "../../../../recipes/queue/mod.ts";
import { semaphore } from "../../../../recipes/semaphore/mod.ts";

/** Has no endpoint that answers: whatever is sent would fail otherwise. */
function newClient(): Client {
  return new Client({ endpoints: "http://127.0.0.1:1" });
}

const BAD: readonly (readonly [
  option: string,
  name: string | Uint8Array,
  options: unknown,
])[] = [
  ["name", "", { codec: text }],
  ["name", new Uint8Array(), { codec: text }],
  ["name", "__jobs", { codec: text }],
  ["name", "half \ud800", { codec: text }],
  ["codec", "jobs", undefined],
  ["codec", "jobs", {}],
  ["codec", "jobs", { codec: "json" }],
  ["codex", "jobs", { codec: text, codex: text }],
  ["ttlSeconds", "jobs", { codec: text, ttlSeconds: -1 }],
  ["session", "jobs", { codec: text, session: "mine" }],
];

for (const [option, name, options] of BAD) {
  Deno.test(`queue() names ${option} for ${JSON.stringify(name)}, ${Deno.inspect(options, { depth: 1 })}`, async () => {
    await using client = newClient();
    const error = assertThrows(
      () => queue(client, name, options as QueueOptions<string>),
      InvalidOptionError,
    );
    assertEquals([error.option, error.method], [option, "queue"]);
  });
}

Deno.test("queue() and semaphore() name a client that is none", () => {
  const calls = {
    queue: () => queue({} as Client, "jobs", { codec: text }),
    semaphore: () => semaphore(undefined as never, "jobs", { limit: 1 }),
  };
  for (const [method, call] of Object.entries(calls)) {
    const error = assertThrows(call, InvalidOptionError);
    assertEquals([error.option, error.method], ["ks", method]);
  }
});

Deno.test("Queue names the method of a bad option, and sends nothing", async () => {
  await using client = newClient();
  await using jobs = queue(client, "jobs", { codec: text });
  const calls = {
    "Queue.enqueue": () => jobs.enqueue("x", { timeoutMs: 0 }),
    "Queue.dequeue": () => jobs.dequeue({ timeoutMs: 0 }),
    "Queue.items": () => jobs.items({ signal: 1 as unknown as AbortSignal }),
  };
  for (const [method, call] of Object.entries(calls)) {
    const error = await assertRejects(
      // deno-lint-ignore require-await
      async () => call(),
      InvalidOptionError,
    );
    assertEquals(error.method, method);
  }
  assertEquals(client.balancer.connections, 0);
});

Deno.test("Queue.enqueue() throws the codec's error before anything is sent", async () => {
  await using client = newClient();
  await using jobs = queue(client, "jobs", { codec: json() });
  const error = await assertRejects(() => jobs.enqueue(1n), CodecError);
  assertEquals([error.direction, error.maybeCommitted], ["encode", false]);
  assert(error.key.startsWith("jobs/"));
  assertEquals(client.balancer.connections, 0);
});
