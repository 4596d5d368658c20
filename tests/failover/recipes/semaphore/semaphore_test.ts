// What a semaphore promises, on a real server.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  CanceledError,
  InvalidOptionError,
  LockLostError,
  prefix,
  TimeoutError,
} from "../../../../mod.ts";
import { semaphore } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { client, nextSerial, startOneMember } from "../../_one_member.ts";
import { untilHeard } from "../../_until_heard.ts";
import { placesOf, untilPlaces } from "./_subject.ts";

startOneMember();

const newName = () => `semaphore${nextSerial()}`;

Deno.test("Semaphore.acquire() gives permits up to the limit, then in the order of asking", async () => {
  const name = newName();
  await using permits = semaphore(client, name, { limit: 2 });
  await using others = semaphore(client, name, { limit: 2 });
  const first = await permits.acquire();
  const second = await others.acquire();
  const order: number[] = [];
  const waiting: Promise<void>[] = [];
  for (let at = 0; at < 6; at++) {
    const from = at % 2 ? permits : others;
    waiting.push(
      from.acquire().then(async (permit) => {
        order.push(at);
        await permit.release();
      }),
    );
    await untilPlaces(client, name, 3 + at);
  }
  assertEquals(order, []);
  // One permit goes through all of them: so they are not two at once.
  await second.release();
  await Promise.all(waiting);
  assertEquals(order, [0, 1, 2, 3, 4, 5]);
  assertFalse(first.signal.aborted);
  assert(first.revision < second.revision);
  assertEquals((await client.get(first.key))?.createRevision, first.revision);
  await first.release();
  assertEquals(await placesOf(client, name), 0);
});

Deno.test("Semaphore.acquire() finds its turn behind more than it reads at once", async () => {
  const name = newName();
  await using permits = semaphore(client, name, { limit: 1 });
  const first = await permits.acquire();
  const over = new AbortController();
  const many = Array.from(
    { length: 80 },
    () => permits.acquire({ signal: over.signal }).catch((error) => error),
  );
  await untilPlaces(client, name, 81);
  const last = permits.acquire();
  await untilPlaces(client, name, 82);
  over.abort("over");
  assertEquals(new Set(await Promise.all(many)), new Set(["over"]));
  await untilPlaces(client, name, 2);
  let got = false;
  const then = last.then((permit) => {
    got = true;
    return permit;
  });
  await untilHeard(client);
  assertFalse(got);
  await first.release();
  await (await then).release();
});

Deno.test("Semaphore.acquire() leaves nothing when it is cancelled, or too late", async () => {
  const name = newName();
  await using permits = semaphore(client, name, { limit: 1 });
  const held = await permits.acquire();
  const error = await assertRejects(
    () => permits.acquire({ timeoutMs: 100 }),
    TimeoutError,
  );
  assertFalse(error.maybeCommitted);
  assert(error.message.includes(`get a permit of "${name}"`), error.message);
  const stop = new AbortController();
  const waiting = permits.acquire({ signal: stop.signal });
  stop.abort("enough");
  assertEquals(await waiting.catch((reason) => reason), "enough");
  await untilPlaces(client, name, 1);
  // So early that the key may be on its way.
  for (const at of Array(20).keys()) {
    const early = new AbortController();
    const asked = permits.acquire({ signal: early.signal });
    setTimeout(() => early.abort("early"), at);
    assertEquals(await asked.catch((reason) => reason), "early");
  }
  await untilPlaces(client, name, 1);
  await held.release();
  await using _next = await permits.acquire();
});

Deno.test("Semaphore.tryAcquire() takes a free permit, and leaves no trace if there is none", async () => {
  const name = newName();
  await using permits = semaphore(client, name, { limit: 1 });
  const permit = await permits.tryAcquire();
  assert(permit);
  const { header } = await client.range(name);
  assertEquals(await permits.tryAcquire(), undefined);
  assertEquals((await client.range(name)).header.revision, header.revision);
  await permit.release();
  const both = await Promise.all([permits.tryAcquire(), permits.tryAcquire()]);
  assertEquals(both.filter((one) => one !== undefined).length, 1);
  await untilPlaces(client, name, 1);
});

Deno.test("Semaphore.acquire() refuses another limit than the others have", async () => {
  const name = newName();
  await using permits = semaphore(client, name, { limit: 3 });
  await using wrong = semaphore(client, name, { limit: 30 });
  await using permit = await permits.acquire();
  for (const method of ["acquire", "tryAcquire"] as const) {
    const error = await assertRejects(
      () => wrong[method](),
      InvalidOptionError,
    );
    assertEquals(
      error.message,
      `Cannot call Semaphore.${method}(): 'limit' must be 3, as others have it that hold permits of "${name}": current value is 30`,
    );
  }
  assertEquals(await placesOf(client, name), 1);
  // Nobody has the old limit any more.
  await permit.release();
  await using _other = await wrong.acquire();
  await assertRejects(() => permits.acquire(), InvalidOptionError);
});

Deno.test("Permit.signal tells that its key was deleted, and the next one has the permit", async () => {
  const name = newName();
  await using permits = semaphore(client, name, { limit: 1 });
  const permit = await permits.acquire();
  const next = permits.acquire();
  await untilPlaces(client, name, 2);
  assert((await client.txn({ if: [permit.guard] })).succeeded);
  await client.delete(permit.key);
  await using _next = await next;
  await waitFor("the loss", () => permit.signal.aborted);
  assert(permit.signal.reason instanceof LockLostError);
  assertFalse((await client.txn({ if: [permit.guard] })).succeeded);
  await permit.release();
});

Deno.test("Semaphore.acquire() tells that its place in the queue was deleted", async () => {
  const name = newName();
  await using permits = semaphore(client, name, { limit: 1 });
  await using held = await permits.acquire();
  const waiting = assertRejects(() => permits.acquire(), LockLostError);
  await untilPlaces(client, name, 2);
  const { kvs } = await client.range(prefix(`${name}/permits/`), {
    minCreateRevision: held.revision + 1n,
  });
  for (const { key } of kvs) await client.delete(key);
  await waiting;
});

Deno.test("Semaphore.close() gives all back, ends the waits, and leaves nothing", async () => {
  const name = newName();
  const permits = semaphore(client, name, { limit: 1 });
  const permit = await permits.acquire();
  const waiting = assertRejects(() => permits.acquire(), CanceledError);
  await untilPlaces(client, name, 2);
  await Promise.all([permits.close(), permits.close()]);
  await waiting;
  assert(permit.signal.aborted);
  await permit.release();
  assertEquals((await client.range(prefix(name))).kvs, []);
  const error = await assertRejects(() => permits.acquire(), CanceledError);
  assertEquals(
    error.message,
    `Cannot wait for a permit of "${name}": the semaphore is closed (canceled)`,
  );
});
