import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { KeyedMutex } from "../../../../api/waiting/mod.ts";

const { signal } = new AbortController();

Deno.test("KeyedMutex.lock() is given in the order of asking, per key", async () => {
  const mutex = new KeyedMutex();
  const order: string[] = [];
  const release = await mutex.lock("a", signal);
  const rest = ["second", "third"].map(async (word) => {
    const next = await mutex.lock("a", signal);
    order.push(word);
    next();
  });
  (await mutex.lock("b", signal))();
  assertFalse(mutex.isLocked("b"));
  assertEquals(order, []);
  assert(mutex.isLocked("a"));
  release();
  await Promise.all(rest);
  assertEquals(order, ["second", "third"]);
  assertFalse(mutex.isLocked("a"));
});

Deno.test("KeyedMutex.lock() that is aborted passes the mutex by", async () => {
  const mutex = new KeyedMutex();
  const release = await mutex.lock("a", signal);
  const abort = new AbortController();
  const aborted = mutex.lock("a", abort.signal);
  const next = mutex.lock("a", signal);
  abort.abort("enough");
  assertEquals(await assertRejects(() => aborted), "enough");
  release();
  (await next)();
  assertFalse(mutex.isLocked("a"));
});
