// Leases that are due about the same time are looked at together.
import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../../support/_fake_clock.ts";
import { Timetable } from "../../../../api/lease/_timetable.ts";
import { FakeLeases } from "./_fake_leases.ts";

Deno.test("Timetable looks at what has one time with one timer, and at nothing that was removed", () => {
  const clock = new FakeClock();
  const seen: [string, number][] = [];
  const table: Timetable<string> = new Timetable(clock, (item, lateMs) => {
    seen.push([item, lateMs]);
    if (item === "a") {
      table.remove(100, "b");
      // Not at once, though its time has come.
      table.add(100, "later");
    }
  });
  for (const item of ["a", "b", "c"]) table.add(100, item);
  table.add(200, "d");
  table.add(300, "e");
  assertEquals(clock.pending, 3);
  table.remove(200, "d");
  table.remove(200, "never added");
  assertEquals(clock.pending, 2);
  clock.advance(100);
  assertEquals(seen, [["a", 0], ["c", 0], ["later", 0]]);
  clock.stall(250);
  assertEquals(seen.slice(3), [["e", 50]]);
  assertEquals(clock.pending, 0);
});

Deno.test("Leases that were granted one after another are renewed together, and none late", async () => {
  const fake = new FakeLeases();
  const leases = [];
  for (let id = 1n; id <= 20n; id++) {
    fake.answerGrant(id, 9);
    const lease = await fake.facet.grant(9);
    const first = lease.keepAlive();
    await fake.pass(1);
    fake.renewed(9, id);
    await first;
    leases.push(lease);
    await fake.pass(9);
  }
  const before = fake.renewals.length;
  const times = new Set<number>();
  for (let seen = before; fake.clock.now() < 3_250;) {
    await fake.pass(1);
    const sent = fake.renewals.slice(seen);
    if (sent.length > 0) times.add(fake.clock.now());
    seen += sent.length;
    for (const id of sent) fake.renewed(9, id);
  }
  assertEquals(fake.renewals.length - before, leases.length);
  // Each was due 3 s after it was renewed first, within 200 ms in all.
  assert(times.size <= 2, `at ${[...times]}`);
  assert(Math.max(...times) <= 3_200);
  // For the next answers and renewals, and in case they are lost.
  assert(fake.clock.pending <= 2 + leases.length);
  for (const lease of leases) lease.orphan();
  assertEquals(fake.clock.pending, 0);
});
