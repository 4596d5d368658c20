// When a lease is renewed, by a clock a test turns.
import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import { FakeLeases } from "./_fake_leases.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { kept, lossOf } from "./_kept_lease.ts";

Deno.test("A lease is renewed every third of the time the server gave", async () => {
  const fake = new FakeLeases();
  fake.answerGrant(1n, 9);
  const lease = await fake.facet.grant(2);
  assertEquals(lease.ttlSeconds, 9);
  const first = lease.keepAlive();
  assertStrictEquals(await Promise.race([first, "pending"]), "pending");
  await microtasks();
  assert(fake.opener.last.settings.requireLeader);
  assertEquals(fake.renewals, [1n]);
  fake.renewed(9);
  await first;
  await fake.pass(2_900);
  assertEquals(fake.renewals.length, 1);
  await fake.pass(100);
  assertEquals(fake.renewals.length, 2);
  // The server may change it: the next one follows the answer.
  fake.renewed(30);
  await fake.pass(9_900);
  assertEquals(fake.renewals.length, 2);
  await fake.pass(100);
  assertEquals(fake.renewals.length, 3);
  fake.renewed(30);
  assertFalse(lease.signal.aborted);
  lease.orphan();
  assertEquals(fake.clock.pending, 0);
  assert(fake.opener.last.canceled);
});

Deno.test("A renewal that is not answered is not repeated: its stream is replaced", async () => {
  const fake = new FakeLeases();
  const lease = await kept(fake);
  await fake.pass(3_000);
  assertEquals(fake.renewals.length, 2);
  await fake.pass(2_900);
  assertEquals([fake.renewals.length, fake.opener.streams.length], [2, 1]);
  await fake.pass(200);
  assertEquals(fake.opener.streams.length, 2);
  assert(fake.opener.streams[0]?.canceled);
  assertEquals(fake.renewals, [1n]);
  fake.renewed(9);
  await fake.pass(2_700);
  assertEquals(fake.renewals.length, 1);
  lease.orphan();
});

Deno.test("A stream that ends is opened again, and renews every lease on it", async () => {
  const fake = new FakeLeases();
  const one = await kept(fake);
  fake.answerGrant(2n, 30);
  const two = await fake.facet.grant(30);
  two.keepAlive();
  await microtasks();
  fake.renewed(30, 2n);
  assertEquals(fake.opener.streams.length, 1);
  fake.opener.last.end();
  await fake.pass(100);
  assertEquals(fake.opener.streams.length, 2);
  assertEquals(fake.renewals, [1n, 2n]);
  fake.renewed(9);
  fake.renewed(30, 2n);
  one.orphan();
  assertFalse(fake.opener.last.canceled);
  two.orphan();
  assert(fake.opener.last.canceled);
});

Deno.test("A stream that answers and ends at once is opened ever less often", async () => {
  const fake = new FakeLeases();
  const lease = await kept(fake);
  for (let ended = 0; fake.clock.now() < 10_000; ended++) {
    assert(ended < 40, "that is a busy loop");
    fake.renewed(9);
    fake.opener.last.end();
    const opened = fake.opener.streams.length;
    while (fake.opener.streams.length === opened) {
      await fake.pass(10, 10);
    }
  }
  assertFalse(lease.signal.aborted);
  lease.orphan();
});

Deno.test("Two handles of one lease are both renewed, and one of them may leave (pitfall 17)", async () => {
  const fake = new FakeLeases();
  const one = await kept(fake);
  fake.answerTimeToLive(8, 9);
  await fake.pass(1_000);
  const two = await fake.facet.attach(1n);
  two.keepAlive();
  await microtasks();
  fake.renewed(9);
  for (let round = 0; round < 20; round++) {
    const before = fake.renewals.length;
    await fake.pass(3_000);
    assert(fake.renewals.length - before <= 2, "a burst");
    if (fake.renewals.length > before) fake.renewed(9);
  }
  assertEquals(fake.opener.streams.length, 1);
  assertFalse(one.signal.aborted || two.signal.aborted);
  one.orphan();
  for (let round = 0; round < 5; round++) {
    await fake.pass(3_000);
    fake.renewed(9);
  }
  assertFalse(two.signal.aborted);
  fake.renewed(9);
  await fake.pass(3_000);
  fake.renewed(-1);
  assertEquals(lossOf(two).reason, "expired");
});

Deno.test("A lease of centuries is neither lost nor renewed too early", async () => {
  const fake = new FakeLeases();
  const seconds = 9_000_000_000;
  fake.answerGrant(1n, seconds);
  const lease = await fake.facet.grant(seconds);
  lease.keepAlive();
  await microtasks();
  fake.renewed(seconds);
  // Timers wait for 24.8 days at most.
  fake.clock.advance(seconds * 1_000 / 3 - 1);
  assertEquals(fake.renewals.length, 1);
  assertFalse(lease.signal.aborted);
  fake.clock.advance(1);
  assertEquals(fake.renewals.length, 2);
  fake.clock.advance(seconds * 1_000);
  assertEquals(lossOf(lease).reason, "not_renewed");
});

Deno.test("A stream that ends as it is opened is not taken for a live one", async () => {
  const fake = new FakeLeases();
  const lease = await fake.facet.grant(9);
  const { opener } = fake;
  opener.endsEarly = true;
  const renewed = lease.keepAlive();
  await microtasks();
  assertEquals(opener.streams.length, 1);
  assertEquals(lease.state.kind, "connecting");
  opener.endsEarly = false;
  opener.held = true;
  // Long enough for a renewal to be due, and none to be answered.
  await fake.pass(4_000);
  opener.release();
  await microtasks();
  const live = opener.streams.filter((stream) => stream.live);
  assertEquals(live.length, 1);
  fake.renewed(9);
  await renewed;
  lease.orphan();
  assertEquals(fake.clock.pending, 0);
});
