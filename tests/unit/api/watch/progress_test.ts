// Progress that is asked for.
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { CanceledError, ClientClosedError } from "../../../../mod.ts";
import { closed, FakeWatches } from "./_fake_watch.ts";

Deno.test("requestProgress() is answered after a reconnect, and fails on close", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n);
  const asked = watch.requestProgress();
  assertEquals(fake.progressRequests, 1);
  await fake.drop();
  assertEquals(fake.progressRequests, 1);
  fake.reply({}, 30n, -1n);
  assertEquals(await asked, 30n);
  const other = await fake.created(6n);
  const never = watch.requestProgress();
  const kept = other.requestProgress();
  await watch.close();
  await assertRejects(() => never, CanceledError);
  await assertRejects(() => watch.requestProgress(), CanceledError);
  fake.facet.close(closed);
  assertStrictEquals(
    await assertRejects(() => kept, ClientClosedError),
    closed,
  );
  assertEquals(fake.clock.pending, 0);
});

Deno.test("requestProgress() asks again while the server does not answer", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n);
  const asked = watch.requestProgress();
  fake.clock.advance(700);
  assertEquals(fake.progressRequests, 4);
  fake.reply({}, 30n, -1n);
  assertEquals(await asked, 30n);
  fake.clock.advance(10_000);
  assertEquals(fake.progressRequests, 4);
  await watch.close();
});
