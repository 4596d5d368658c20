// When a lease is given up and what is said of it, by a clock a test turns.
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { LeaseLostError } from "../../../../mod.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { FakeLeases } from "./_fake_leases.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { kept, lossOf } from "./_kept_lease.ts";

Deno.test("A lease is lost at its last answered renewal's sending, plus its time, less a margin", async () => {
  const fake = new FakeLeases();
  const lease = await kept(fake);
  await fake.pass(3_000);
  // Sent at 3 s, answered at 5 s.
  await fake.pass(2_000);
  fake.renewed(9);
  await fake.pass(6_400);
  assertFalse(lease.signal.aborted);
  await fake.pass(100);
  const loss = lossOf(lease);
  assertEquals([loss.reason, loss.code], ["not_renewed", "lease_lost"]);
  assertEquals(
    loss.message,
    "Cannot keep the lease 1: no renewal was answered in time, " +
      "last renewed 8500 ms ago (lease_lost)",
  );
  // By the calendar, as of when the answer came.
  assert(Date.now() - loss.lastRenewal.getTime() >= 2_000);
  assertEquals(loss.loopStallMs, 0);
  assertEquals(fake.clock.pending, 0);
});

Deno.test("A lease that nobody renews is lost as well, and its margin is a tenth of a short time", async () => {
  const fake = new FakeLeases();
  fake.answerGrant(1n, 2);
  const lease = await fake.facet.grant(2);
  await fake.pass(1_700);
  assertFalse(lease.signal.aborted);
  await fake.pass(100);
  assertEquals(lossOf(lease).reason, "not_renewed");
  await assertRejects(() => lease.keepAlive(), LeaseLostError);
  assertEquals(fake.opener.streams.length, 0);
});

Deno.test("A lease whose grant is answered after its time is lost from the start", async () => {
  const fake = new FakeLeases();
  const answer = Promise.withResolvers<object>();
  fake.answer("LeaseGrant", () => answer.promise);
  const granted = fake.facet.grant(2);
  await fake.pass(3_000);
  answer.resolve({ ID: fromBigInt(1n), TTL: fromBigInt(2n) });
  const lease = await granted;
  assertEquals(lossOf(lease).reason, "not_renewed");
  await assertRejects(() => lease.keepAlive(), LeaseLostError);
  assertEquals(fake.told.map(({ type }) => type), ["lease_lost"]);
  assertEquals([fake.opener.streams.length, fake.clock.pending], [0, 0]);
});

Deno.test("The loss of a lease names what its stream ended with", async () => {
  const fake = new FakeLeases();
  const lease = await kept(fake);
  fake.opener.held = true;
  fake.opener.last.end();
  const ended = await fake.pass(9_000).then(() => lossOf(lease).cause);
  assertInstanceOf(ended, Error);
  assertEquals(ended.message, "Cannot watch: gone");
});

Deno.test("The loss of a lease names the endpoint that has not answered", async () => {
  const fake = new FakeLeases();
  const lease = await kept(fake);
  const { endpoint } = fake.opener.last;
  const silent = await fake.pass(9_000).then(() => lossOf(lease).cause);
  assertInstanceOf(silent, Error);
  assertEquals(
    silent.message,
    `Cannot keep the leases alive: ${endpoint} has not answered in time (timeout)`,
  );
});

Deno.test("An event loop that stood still is named in the loss", async () => {
  const fake = new FakeLeases();
  const lease = await kept(fake);
  fake.clock.stall(12_000);
  await microtasks();
  const loss = lossOf(lease);
  assertEquals(loss.reason, "not_renewed");
  assertEquals(loss.loopStallMs, 9_000);
  assert(
    loss.message.includes("the event loop stood still for 9000 ms"),
    loss.message,
  );
});

Deno.test("A stall that did no harm is forgotten at the next renewal", async () => {
  const fake = new FakeLeases();
  const lease = await kept(fake);
  fake.clock.stall(5_000);
  fake.renewed(9);
  await fake.pass(8_500);
  assert(lossOf(lease).loopStallMs === 0);
});

Deno.test("A lease that is gone on the server is lost at once", async () => {
  const fake = new FakeLeases();
  const lease = await kept(fake);
  await fake.pass(3_000);
  fake.renewed(0);
  assertEquals(lossOf(lease).reason, "expired");
  assertEquals(fake.clock.pending, 0);
  assert(fake.opener.last.canceled);
  await lease[Symbol.asyncDispose]();
  assertFalse(fake.called.includes("Lease.LeaseRevoke"));
});

Deno.test("keepAlive() of an unknown lease fails with the loss", async () => {
  const fake = new FakeLeases();
  const lease = await fake.facet.grant(9);
  const first = lease.keepAlive();
  await microtasks();
  fake.renewed(0);
  const loss = await assertRejects(() => first, LeaseLostError);
  assertStrictEquals(loss, lease.signal.reason);
});

Deno.test("keepAlive() of a lease that was kept until it was lost or orphaned fails", async () => {
  const fake = new FakeLeases();
  const lost = await kept(fake);
  fake.opener.held = true;
  fake.opener.last.end();
  await fake.pass(9_000);
  assertStrictEquals(
    await lost.keepAlive().catch((error) => error),
    lossOf(lost),
  );
  fake.opener.held = false;
  const orphaned = await kept(fake);
  orphaned.orphan();
  assertStrictEquals(
    await orphaned.keepAlive().catch((error) => error),
    lossOf(orphaned),
  );
  const streams = fake.opener.streams.length;
  await fake.pass(9_000);
  assertEquals(fake.opener.streams.length, streams);
});

Deno.test("Attaching takes the time that is left for what it is", async () => {
  const fake = new FakeLeases();
  fake.answerTimeToLive(4, 30);
  const lease = await fake.facet.attach(7n);
  assertEquals([lease.id, lease.ttlSeconds], [7n, 30]);
  await fake.pass(3_400);
  assertFalse(lease.signal.aborted);
  await fake.pass(100);
  assertEquals(lossOf(lease).reason, "not_renewed");
});

Deno.test("orphan() ends the signal and the renewals, and tells who waits for one; it revokes nothing", async () => {
  const fake = new FakeLeases();
  const lease = await fake.facet.grant(9);
  const first = lease.keepAlive();
  await microtasks();
  lease.orphan();
  const loss = lossOf(lease);
  assertEquals([loss.reason, loss.code], ["orphaned", "lease_lost"]);
  assertStringIncludes(
    loss.message,
    "Cannot keep the lease 1: it was orphaned",
  );
  for (const kept of [first, lease.keepAlive()]) {
    assertStrictEquals(await kept.catch((error) => error), loss);
  }
  await fake.pass(20_000);
  assertStrictEquals(lossOf(lease), loss);
  assertEquals(fake.clock.pending, 0);
  await lease[Symbol.asyncDispose]();
  assertEquals(fake.called, ["Lease.LeaseGrant"]);
  // It is no accident.
  assertEquals(fake.told, []);
});

Deno.test("Closing the client loses every lease, renewed or not", async () => {
  const fake = new FakeLeases();
  const renewed = await kept(fake);
  fake.answerGrant(2n, 9);
  const idle = await fake.facet.grant(9);
  fake.facet.close();
  assertEquals(
    [renewed, idle].map((lease) => lossOf(lease).reason),
    ["client_closed", "client_closed"],
  );
  assertEquals(fake.clock.pending, 0);
  await renewed[Symbol.asyncDispose]();
  assertFalse(fake.called.includes("Lease.LeaseRevoke"));
});
