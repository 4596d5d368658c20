// Leaderships over a store in memory.
import { assertEquals, assertRejects } from "@std/assert";
import { LockLostError } from "../../../../mod.ts";
import { FakeSessions } from "./_fake_session.ts";

Deno.test("campaign() that takes over its own entry cannot undo what is proclaimed, however late its requests come", async () => {
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

Deno.test("campaign() that finds its own entry takes over its value", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  await fake.put("n/1", 1n);
  const leadership = await session.campaign("n", "mine");
  assertEquals(leadership.revision, fake.store.revision - 1n);
  await leadership.proclaim("still mine");
  await leadership.resign();
  const error = await assertRejects(
    () => leadership.proclaim("not any more"),
    LockLostError,
  );
  assertEquals(error.code, "lock_lost");
});
