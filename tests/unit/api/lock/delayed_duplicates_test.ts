// Locks whose entry was sent again, while an earlier copy of it comes late.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { type Lock, TimeoutError } from "../../../../mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { FakeSessions, lost } from "../session/_fake_session.ts";

type Copy = () => unknown;

/** Loses so many calls before they come; they may come later. */
function holdUp(fake: FakeSessions, calls: number): readonly Copy[] {
  const { store } = fake;
  const held: Copy[] = [];
  store.onCall = (_method, when) => {
    if (when !== "before" || held.length === calls) return;
    held.push(store.copies.at(-1) as Copy);
    throw lost();
  };
  return held;
}

async function untilFree({ store }: FakeSessions): Promise<void> {
  await waitFor("a free lock", () => store.keys.length === 0);
}

/** Lets a copy come, which puts the key once more. */
function come({ store }: FakeSessions, copy: Copy | undefined): void {
  const { revision } = store;
  copy?.();
  assertEquals(store.revision, revision + 1n);
  assert(store.keys.includes("n/1"));
}

Deno.test("Lock.unlock() leaves nothing, however late copies of the entry come", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  const held = holdUp(fake, 2);
  await (await session.lock("n")).unlock();
  assertEquals(fake.store.keys, []);
  for (const copy of held) {
    come(fake, copy);
    await untilFree(fake);
  }
  assertEquals(held.length, 2);
});

Deno.test("Leadership.resign() leaves nothing, however late a copy of the entry comes", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  const [copy] = await heldUp(fake, async () => {
    await (await session.campaign("n", "v")).resign();
  });
  come(fake, copy);
  await untilFree(fake);
});

Deno.test("Session.tryLock() that did not get the lock leaves nothing, however late a copy comes", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  await using other = await fake.open();
  const lock = await other.lock("n");
  const [copy] = await heldUp(fake, async () => {
    assertEquals(await session.tryLock("n"), undefined);
  });
  await lock.unlock();
  come(fake, copy);
  await untilFree(fake);
});

for (const method of ["lock", "campaign", "tryLock"] as const) {
  Deno.test(`Session.${method}() that was late leaves nothing, however late a copy comes`, async () => {
    const fake = new FakeSessions();
    await using session = await fake.open();
    const held = holdUp(fake, Infinity);
    const options = { timeoutMs: 50 };
    await assertRejects(
      () =>
        method === "campaign"
          ? session.campaign("n", "v", options)
          : session[method]("n", options),
      TimeoutError,
    );
    // Once it has seen that it has no entry.
    const { length } = fake.store.called;
    fake.store.onCall = () => {};
    await waitFor("a look", () => fake.store.called.length > length);
    come(fake, held[0]);
    await untilFree(fake);
  });
}

Deno.test("Session.lock() keeps what a late copy gave it, and unlocks that", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  const held = holdUp(fake, 2);
  await (await session.lock("n")).unlock();
  // Just before the next one has its turn.
  come(fake, held[0]);
  let lock: Lock | undefined = await session.lock("n");
  const { revision } = fake.store;
  // Here it does nothing.
  held[1]?.();
  assertEquals(fake.store.revision, revision);
  assertEquals(fake.store.keys, ["n/1"]);
  assertFalse(lock.signal.aborted);
  await lock.unlock();
  // It may still come, though this lock's own entry was sent but once.
  come(fake, held[1]);
  await untilFree(fake);
  lock = await session.tryLock("n");
  assert(lock);
  await lock.unlock();
});

Deno.test("Session.lock() waits for the deletion of what a late copy has put", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  const held = holdUp(fake, 1);
  await (await session.lock("n")).unlock();
  await waitFor("a watch", () => fake.watched.includes("n/1"));
  // A look, and what deletes it, which is held up as well.
  const { length } = fake.store.called;
  let deletion: Copy | undefined;
  fake.store.onCall = (_method, when) => {
    if (when !== "before" || deletion) return;
    if (fake.store.called.length < length + 2) return;
    deletion = fake.store.copies.at(-1);
    throw lost();
  };
  come(fake, held[0]);
  await waitFor("a deletion", () => deletion);
  const lock = await session.lock("n");
  const { revision } = fake.store;
  deletion?.();
  assertEquals(fake.store.revision, revision);
  assertEquals(fake.store.keys, ["n/1"]);
  assertFalse(lock.signal.aborted);
  await lock.unlock();
});

Deno.test("Lock.unlock() watches nothing if its entry was sent but once", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  await (await session.lock("n")).unlock();
  await waitFor("no watch", () => fake.watched.length === 0);
  const { length } = fake.store.called;
  await (await session.lock("m")).unlock();
  await waitFor("no watch", () => fake.watched.length === 0);
  assertEquals(fake.store.called.length, length + 2);
});

async function heldUp(
  fake: FakeSessions,
  work: () => Promise<void>,
): Promise<readonly Copy[]> {
  const held = holdUp(fake, 1);
  await work();
  assertEquals(held.length, 1);
  return held;
}
