// Leaderships that are taken up again, over a store in memory.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  LeaseLostError,
  LockLostError,
  TimeoutError,
} from "../../../../mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { failing, FakeSessions } from "./_fake_session.ts";

for (const when of ["before", "after"] as const) {
  Deno.test(`resume() asks again after answers that were lost ${when} they were made, and writes nothing`, async () => {
    const fake = new FakeSessions();
    await using session = await fake.open();
    await fake.put("n/1", 1n);
    const { revision } = fake.store;
    failing(fake, 2, when);
    const leadership = await session.resume("n", { key: "n/1", revision });
    assertEquals(fake.store.revision, revision);
    assertEquals(
      [leadership.key.text(), leadership.revision],
      ["n/1", revision],
    );
    assert(!leadership.signal.aborted);
    await leadership.resign();
    assertEquals(fake.store.keys, []);
  });
}

Deno.test("resume() takes up nothing but the first entry of that revision, and leaves others as they are", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  await fake.put("n/7", 7n);
  await fake.put("n/1", 1n);
  const revision = fake.store.revision;
  const failure = () =>
    assertRejects(
      () => session.resume("n", { key: "n/1", revision }),
      LockLostError,
    );
  const behind = await failure();
  assert(behind.message.includes("another one is before it"), behind.message);
  await fake.delete("n/7");
  await fake.put("n/1", 7n);
  const detached = await failure();
  assert(detached.message.includes("not attached"), detached.message);
  await fake.delete("n/1");
  const gone = await failure();
  assert(gone.message.includes("does not exist any more"), gone.message);
  await fake.put("n/1", 1n);
  await failure();
  assertEquals(fake.store.keys, ["n/1"]);
  for (const { maybeCommitted } of [behind, detached, gone]) {
    assert(!maybeCommitted);
  }
  // The session is free for another wait.
  await using _leadership = await session.campaign("n", "mine");
});

Deno.test("resume() that is aborted or late leaves the leadership as it is", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  await fake.put("n/1", 1n);
  const kept = { key: "n/1", revision: fake.store.revision };
  failing(fake, Infinity, "before");
  await assertRejects(
    () => session.resume("n", kept, { timeoutMs: 50 }),
    TimeoutError,
  );
  const abort = new AbortController();
  const { signal } = abort;
  const resuming = session.resume("n", kept, { signal });
  const { length } = fake.store.called;
  await waitFor("an attempt", () => fake.store.called.length > length);
  abort.abort("enough");
  assertEquals(await assertRejects(() => resuming), "enough");
  failing(fake, 0, "before");
  await using leadership = await session.resume("n", kept);
  assertEquals(leadership.revision, kept.revision);
});

Deno.test("resume() of what the session leads already does not lead twice", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  await using leadership = await session.campaign("n", "mine");
  const error = await assertRejects(
    () => session.resume("n", leadership, { timeoutMs: 50 }),
    TimeoutError,
  );
  assert(error.message.includes("which this session itself holds"));
  assert(!leadership.signal.aborted);
});

Deno.test("resume() in a session that has ended throws why, and sends nothing", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  await fake.put("n/1", 1n);
  const kept = { key: "n/1", revision: fake.store.revision };
  fake.end(0);
  const { length } = fake.store.called;
  await assertRejects(() => session.resume("n", kept), LeaseLostError);
  assertEquals(fake.store.called.length, length);
});

Deno.test("resume() gives a leadership that ends with its key, as any other", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  await fake.put("n/1", 1n);
  const kept = { key: "n/1", revision: fake.store.revision };
  const leadership = await session.resume("n", kept);
  await waitFor("its watch", () => fake.watched.length === 1);
  await fake.delete("n/1");
  await waitFor("the loss", () => leadership.signal.aborted);
  assert(leadership.signal.reason instanceof LockLostError);
});
