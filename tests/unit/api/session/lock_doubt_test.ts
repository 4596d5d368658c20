// Locks whose calls were lost or aborted: what became of them is found out.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { LockLostError, type Session, TimeoutError } from "../../../../mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { FakeSessions } from "./_fake_session.ts";
import { failing } from "./_failing.ts";

for (const when of ["before", "after"] as const) {
  Deno.test(`lock() and unlock() find out what became of a call that was lost ${when} it was applied`, async () => {
    const fake = new FakeSessions();
    await using session = await fake.open();
    failing(fake, { calls: 2, at: when });
    const lock = await session.lock("n");
    assertEquals(fake.store.keys, ["n/1"]);
    assertEquals(lock.revision, fake.store.revision);
    assertFalse(lock.signal.aborted);
    failing(fake, { calls: 2, at: when });
    await lock.unlock();
    assertEquals(fake.store.keys, []);
    failing(fake, { calls: 1, at: when });
    const tried = await session.tryLock("n");
    assert(tried !== undefined && tried.revision > lock.revision);
    await tried.unlock();
  });
}

Deno.test("unlock() that is repeated after a loss spares a lock that was taken meanwhile", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  const lock = await session.lock("n");
  failing(fake, { calls: 1, at: "after" });
  const unlocked = lock.unlock();
  // Between the attempt that was applied and the next one.
  await fake.put("n/1", 1n);
  await unlocked;
  assertEquals(fake.store.keys, ["n/1"]);
});

/** A lock whose answers are lost; what is given aborts it. */
async function inDoubt(
  fake: FakeSessions,
  session: Session,
): Promise<() => Promise<void>> {
  failing(fake, { calls: Infinity, at: "after" });
  const abort = new AbortController();
  const aborted = session.lock("n", { signal: abort.signal });
  await waitFor("an attempt", () => fake.store.keys.length === 1);
  return async () => {
    abort.abort("enough");
    assertEquals(await assertRejects(() => aborted), "enough");
  };
}

Deno.test("lock() that is aborted in doubt leaves nothing, and the next one waits for that", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  const abort = await inDoubt(fake, session);
  await abort();
  let next: bigint | undefined;
  const waiting = session.lock("n").then((lock) => {
    next = lock.revision;
    return lock;
  });
  const { revision } = fake.store;
  const { length } = fake.store.called;
  await waitFor("other attempts", () => fake.store.called.length > length + 1);
  assertEquals(next, undefined);
  failing(fake, { calls: 0, at: "after" });
  const lock = await waiting;
  // After a deletion of its own.
  assertEquals(lock.revision, revision + 2n);
  await lock.unlock();
});

Deno.test("lock() that is aborted in doubt cannot delete a later lock of its session, however late its requests come", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  const abort = await inDoubt(fake, session);
  failing(fake, { calls: 0, at: "after" });
  const { length } = fake.store.copies;
  await abort();
  await waitFor("no key", () => fake.store.keys.length === 0);
  const copies = fake.store.copies.slice(length);
  assert(copies.length > 0);
  const lock = await session.lock("n");
  for (const serve of copies) serve();
  assertEquals(fake.store.keys, ["n/1"]);
  assertFalse(lock.signal.aborted);
  await lock.unlock();
});

Deno.test("campaign() that takes over its own place cannot undo what is proclaimed, however late its requests come", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  await fake.put("n/1", 1n);
  const leadership = await session.campaign("n", "elected");
  const copies = fake.store.copies.slice(1);
  await leadership.proclaim("proclaimed");
  for (const serve of copies) serve();
  assertEquals(fake.store.text("n/1"), "proclaimed");
  await leadership.resign();
});

Deno.test("unlock() that is not confirmed in time says so, and goes on", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  const lock = await session.lock("n");
  failing(fake, { calls: Infinity, at: "before" });
  await assertRejects(() => lock.unlock({ timeoutMs: 50 }), TimeoutError);
  assert(lock.signal.reason instanceof LockLostError);
  assertEquals(fake.store.keys, ["n/1"]);
  failing(fake, { calls: 0, at: "before" });
  await lock.unlock();
  assertEquals(fake.store.keys, []);
});
