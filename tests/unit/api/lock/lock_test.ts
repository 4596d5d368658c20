// Locks over a store in memory, whose answers a test loses.
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  CompactedError,
  HistoryLostError,
  LeaseLostError,
  LockLostError,
  PermissionDeniedError,
  TimeoutError,
} from "../../../../mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { failing, FakeSessions, refused } from "../session/_fake_session.ts";

for (const when of ["before", "after"] as const) {
  Deno.test(`lock() and unlock() find out what became of a call that was lost ${when} it was applied`, async () => {
    const fake = new FakeSessions();
    await using session = await fake.open();
    failing(fake, 2, when);
    const lock = await session.lock("n");
    assertEquals(fake.store.keys, ["n/1"]);
    assertEquals(lock.revision, fake.store.revision);
    assertFalse(lock.signal.aborted);
    failing(fake, 2, when);
    await lock.unlock();
    assertEquals(fake.store.keys, []);
    failing(fake, 1, when);
    const tried = await session.tryLock("n");
    assert(tried !== undefined && tried.revision > lock.revision);
    await tried.unlock();
  });
}

Deno.test("unlock() that is repeated after a loss spares a lock that was taken meanwhile", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  const lock = await session.lock("n");
  failing(fake, 1, "after");
  const unlocked = lock.unlock();
  // Between the attempt that was applied and the next one.
  await fake.put("n/1", 1n);
  await unlocked;
  assertEquals(fake.store.keys, ["n/1"]);
});

Deno.test("lock() that is aborted in doubt leaves nothing, and the next one waits for that", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  failing(fake, Infinity, "after");
  const abort = new AbortController();
  const aborted = session.lock("n", { signal: abort.signal });
  await waitFor("an attempt", () => fake.store.keys.length === 1);
  abort.abort("enough");
  assertEquals(await assertRejects(() => aborted), "enough");
  let next: bigint | undefined;
  const waiting = session.lock("n").then((lock) => {
    next = lock.revision;
    return lock;
  });
  const { revision } = fake.store;
  const { length } = fake.store.called;
  await waitFor("other attempts", () => fake.store.called.length > length + 1);
  assertEquals(next, undefined);
  failing(fake, 0, "after");
  const lock = await waiting;
  // After a deletion of its own.
  assertEquals(lock.revision, revision + 2n);
  await lock.unlock();
});

Deno.test("lock() that is aborted in doubt cannot delete a later lock of its session, however late its requests come", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  failing(fake, Infinity, "after");
  const abort = new AbortController();
  const aborted = session.lock("n", { signal: abort.signal });
  await waitFor("an attempt", () => fake.store.keys.length === 1);
  failing(fake, 0, "after");
  const { length } = fake.store.copies;
  abort.abort("enough");
  assertEquals(await assertRejects(() => aborted), "enough");
  await waitFor("no key", () => fake.store.keys.length === 0);
  const copies = fake.store.copies.slice(length);
  assert(copies.length > 0);
  const lock = await session.lock("n");
  for (const serve of copies) serve();
  assertEquals(fake.store.keys, ["n/1"]);
  assertFalse(lock.signal.aborted);
  await lock.unlock();
});

Deno.test("unlock() that is not confirmed in time says so, and goes on", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  const lock = await session.lock("n");
  failing(fake, Infinity, "before");
  await assertRejects(() => lock.unlock({ timeoutMs: 50 }), TimeoutError);
  assert(lock.signal.reason instanceof LockLostError);
  assertEquals(fake.store.keys, ["n/1"]);
  failing(fake, 0, "before");
  await lock.unlock();
  assertEquals(fake.store.keys, []);
});

Deno.test("lock() that is refused fails at once, and gives up its turn", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  failing(fake, 1, "before", refused);
  await assertRejects(() => session.lock("n"), PermissionDeniedError);
  // It was not let in, and has nothing to leave.
  assertEquals(fake.store.called, ["KV.Txn"]);
  const lock = await session.lock("n");
  failing(fake, 1, "before", refused);
  await assertRejects(() => lock.unlock(), PermissionDeniedError);
});

Deno.test("A session that ends ends its locks and waits, whatever is still tried", async () => {
  const fake = new FakeSessions();
  const session = await fake.open();
  const held = await session.lock("held");
  failing(fake, Infinity, "before");
  const waiting = session.lock("wanted");
  const second = session.lock("wanted");
  second.catch(() => {});
  const returning = held.unlock();
  // Of both, as they take turns.
  await waitFor("some attempts", () => fake.store.called.length >= 4);
  fake.end(0);
  const error = session.signal.reason;
  const doubtful = await assertRejects(() => waiting, LeaseLostError);
  assertStrictEquals(doubtful.cause, error);
  assertEquals([doubtful.reason, doubtful.maybeCommitted], ["expired", true]);
  // This one was behind it, and has sent nothing.
  assertStrictEquals(await assertRejects(() => second), error);
  // It ends with the lease.
  await returning;
  const calls = fake.store.called.length;
  await assertRejects(() => session.lock("n"), LeaseLostError);
  assertEquals(await assertRejects(() => session.tryLock("n")), error);
  assertEquals(fake.store.called.length, calls);
});

Deno.test("unlock() is tried as long as a lease that was orphaned may live", async () => {
  const fake = new FakeSessions();
  const session = await fake.open();
  const lock = await session.lock("n");
  failing(fake, Infinity, "before");
  const returning = lock.unlock({ timeoutMs: 3_600_000 });
  fake.end(0, "orphaned");
  const { length } = fake.store.called;
  // It goes on: nobody else may have ended the lease.
  fake.clock.advance(9_999);
  await waitFor("attempts", () => fake.store.called.length >= length + 2);
  assertEquals(fake.clock.pending, 1);
  fake.clock.advance(1);
  await returning;
  assertEquals(fake.clock.pending, 0);
});

Deno.test("lock() whose watch is compacted looks again", async () => {
  const fake = new FakeSessions();
  await using one = await fake.open();
  await using other = await fake.open();
  const held = await one.lock("n");
  fake.watchFailure = new CompactedError("Cannot watch: gone", {
    code: "compacted",
  });
  const waiting = other.lock("n");
  await waitFor("a second look", () => fake.store.called.length >= 4);
  await held.unlock();
  const lock = await waiting;
  assert(lock.revision > held.revision);
  await lock.unlock();
});

Deno.test("A lock whose watch begins at a member that is behind is looked at again", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  fake.memberRevision = 1n;
  const held = await session.lock("n");
  const { length } = fake.store.called;
  await waitFor("two looks", () => fake.store.called.length >= length + 2);
  // It only lagged.
  assertFalse(held.signal.aborted);
  // Restored: no event tells that the key is gone.
  fake.store.onDelete = () => {};
  await fake.delete("n/1");
  fake.store.revision = 1n;
  await waitFor("the loss", () => held.signal.aborted);
  const { reason } = held.signal;
  assert(reason instanceof LockLostError);
  assert(reason.cause instanceof HistoryLostError, reason.message);
  assertEquals(reason.cause.currentRevision, 1n);
  assertStringIncludes(reason.message, "gone back to an older state");
});

Deno.test("A lock is lost when its key is, and when nobody can tell", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  const deleted = await session.lock("n");
  await fake.delete("n/1");
  await waitFor("the loss", () => deleted.signal.aborted);
  assert(deleted.signal.reason instanceof LockLostError);
  fake.watchFailure = refused();
  const blind = await session.lock("n");
  await waitFor("the loss", () => blind.signal.aborted);
  assert(blind.signal.reason.cause instanceof PermissionDeniedError);
  assertStringIncludes(blind.signal.reason.message, "it is not known whether");
  // What nobody relies on any more is given back.
  await waitFor("no key", () => fake.store.keys.length === 0);
});

Deno.test("tryLock() does not wait for its own session, nor for others", async () => {
  const fake = new FakeSessions();
  await using one = await fake.open();
  await using other = await fake.open();
  const held = await one.lock("n");
  const { length } = fake.store.called;
  assertEquals(await one.tryLock("n"), undefined);
  assertEquals(fake.store.called.length, length);
  assertEquals(await other.tryLock("n"), undefined);
  assertEquals(fake.store.keys, ["n/1"]);
  await held.unlock();
  const tried = await one.tryLock("n");
  await tried?.unlock();
  assert(tried);
});
