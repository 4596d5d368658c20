// Bad input of semaphores: told before anything is sent.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Client, InvalidOptionError, type Session } from "../../../../mod.ts";
import {
  semaphore,
  type SemaphoreOptions,
} from "../../../../recipes/semaphore/mod.ts";

/** Has no endpoint that answers: whatever is sent would fail otherwise. */
function newClient(): Client {
  return new Client({ endpoints: "http://127.0.0.1:1" });
}

const BAD: readonly (readonly [
  option: string,
  name: string | Uint8Array,
  options: unknown,
])[] = [
  ["name", "", { limit: 1 }],
  ["name", new Uint8Array(), { limit: 1 }],
  ["name", 5 as unknown as string, { limit: 1 }],
  ["name", "half \ud800", { limit: 1 }],
  ["name", "jobs/permits", { limit: 1 }],
  ["name", "jobs/permits/3", { limit: 1 }],
  ["limit", "jobs", undefined],
  ["limit", "jobs", {}],
  ["limit", "jobs", { limit: 0 }],
  ["limit", "jobs", { limit: 1.5 }],
  ["limit", "jobs", { limit: "3" }],
  ["limits", "jobs", { limits: 3 }],
  ["ttlSeconds", "jobs", { limit: 1, ttlSeconds: 0 }],
  ["session", "jobs", { limit: 1, session: null }],
  ["session", "jobs", { limit: 1, session: {} }],
];

for (const [option, name, options] of BAD) {
  Deno.test(`semaphore() names ${option} for ${JSON.stringify(name)}, ${JSON.stringify(options)}`, async () => {
    await using client = newClient();
    const error = assertThrows(
      () => semaphore(client, name, options as SemaphoreOptions),
      InvalidOptionError,
    );
    assertEquals([error.option, error.method], [option, "semaphore"]);
  });
}

Deno.test("semaphore() takes no ttlSeconds beside a session", async () => {
  await using client = newClient();
  const session = {
    lease: {},
    signal: new AbortController().signal,
  } as unknown as Session;
  const error = assertThrows(
    () => semaphore(client, "jobs", { limit: 1, ttlSeconds: 5, session }),
    InvalidOptionError,
  );
  assertEquals(error.option, "ttlSeconds");
});

Deno.test("Semaphore names the method of a bad option, and sends nothing", async () => {
  await using client = newClient();
  await using permits = semaphore(client, "jobs", { limit: 1 });
  for (const method of ["acquire", "tryAcquire"] as const) {
    const error = await assertRejects(
      () => permits[method]({ timeoutMs: -1 }),
      InvalidOptionError,
    );
    assertEquals(
      [error.option, error.method],
      ["timeoutMs", `Semaphore.${method}`],
    );
  }
  assertEquals(client.balancer.connections, 0);
});
