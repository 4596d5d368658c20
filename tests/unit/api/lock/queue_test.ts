// What waiting in a queue reads, over a store in memory.
import { assert, assertEquals } from "@std/assert";
import type { Lock } from "../../../../mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { FakeSessions } from "../session/_fake_session.ts";

/** Texts of hexadecimal digits. */
function numbered(count: number, start = 1): string[] {
  return Array.from({ length: count }, (_, at) => (start + at).toString(16));
}

/** Waits until somebody waits for the end of the key `n/<mark>`. */
async function untilWatched(fake: FakeSessions, mark: string) {
  await waitFor(mark, () => fake.watched.includes(`n/${mark}`));
}

Deno.test("A thousand waiters read a few keys each, not the queue", async () => {
  const fake = new FakeSessions();
  const waiters = 1_000;
  const order: bigint[] = [];
  const held = await (await fake.open()).lock("n");
  const waiting: Promise<void>[] = [];
  for (let at = 0; at < waiters; at++) {
    const session = await fake.open();
    const turn = async (lock: Lock) => {
      order.push(lock.revision);
      await lock.unlock();
    };
    waiting.push(session.lock("n").then(turn));
  }
  await waitFor("a queue", () => fake.store.keys.length > waiters);
  await held.unlock();
  await Promise.all(waiting);
  assertEquals(order.length, waiters);
  assertEquals(order, [...order].sort((a, b) => Number(a - b)));
  const each = fake.store.keysRead / waiters;
  assert(each <= 4, `${each} keys each`);
});

Deno.test("lock() finds the entry before it among thousands of keys of one revision that look like entries", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  const strange = numbered(2_500, 0x100);
  await fake.leave(strange.map((one) => `n/${one}`));
  await fake.put("n/f00", 0xf00n);
  await fake.leave(numbered(250, 0x2000).map((one) => `n/${one}`));
  // Attached to another lease than its own, it counts as little.
  await fake.put("n/f01", 0xf00n);
  const waiting = session.lock("n");
  await untilWatched(fake, "f00");
  assertEquals(await (await fake.open()).tryLock("n"), undefined);
  await fake.delete("n/f00");
  await (await waiting).unlock();
});

for (
  const { call, at } of [
    { call: "leases on its second page are compared", at: 4 },
    { call: "its third page is read", at: 5 },
  ]
) {
  Deno.test(`lock() begins to look anew when the store goes back before ${call}`, async () => {
    const fake = new FakeSessions();
    await using session = await fake.open();
    for (const one of numbered(1_200)) await fake.leave([`n/strange ${one}`]);
    await fake.leave(["n/fff1"]);
    // What is written on the first page, it does not have in the older state.
    const { revision } = fake.store;
    await fake.leave(["n/strange"]);
    let calls = 0;
    fake.store.onCall = (_method, when) => {
      if (when !== "before" || ++calls !== at) return;
      fake.store.revision = revision;
      fake.store.restore("n/fff1", { lease: 0xfff1n });
    };
    const waiting = session.lock("n");
    await untilWatched(fake, "fff1");
    assertEquals(await (await fake.open()).tryLock("n"), undefined);
    await fake.delete("n/fff1");
    await (await waiting).unlock();
  });
}

Deno.test("A page that is all of one revision does not end the search, nor repeat it", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  await fake.put("n/7", 7n);
  const strange = numbered(3_000, 0x100).map((one) => `n/${one}`);
  await fake.leave(strange);
  assertEquals(await session.tryLock("n"), undefined);
  const waiting = session.lock("n");
  await untilWatched(fake, "7");
  await fake.delete("n/7");
  await (await waiting).unlock();
  assertEquals(fake.store.keys.length, strange.length);
});
