// A lease whose id another one had before it, which is renewed here as well.
import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import { LeaseLostError } from "../../../../mod.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { FakeLeases } from "./_fake_leases.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { kept, lossOf } from "./_kept_lease.ts";

Deno.test("A lease is not lost by the answer to a renewal of one with its id before it", async () => {
  const fake = new FakeLeases();
  fake.answerGrant(7n, 9);
  // Keeps the stream.
  const other = await kept(fake.answerGrant(1n, 9));
  fake.answerGrant(7n, 9);
  const before = await fake.facet.grant(9, { id: 7n });
  before.keepAlive().catch(() => {});
  await microtasks();
  await before.revoke();
  await fake.pass(100);
  const lease = await fake.facet.grant(9, { id: 7n });
  const first = lease.keepAlive();
  await microtasks();
  // The member came to it between the revocation and the grant.
  fake.renewed(0, 7n);
  assertFalse(lease.signal.aborted);
  // It says nothing about this one: that is asked about at once.
  assertEquals(fake.renewals, [1n, 7n, 7n]);
  fake.renewed(9, 7n);
  await first;
  lease.orphan();
  other.orphan();
  assertEquals(fake.clock.pending, 0);
});

Deno.test("A lease is not believed alive by the answer to a renewal of one with its id before it", async () => {
  const fake = new FakeLeases();
  const before = await fake.answerTimeToLive(30, 30).facet.attach(7n);
  before.keepAlive().catch(() => {});
  await microtasks();
  fake.renewed(30, 7n);
  await fake.pass(9_950, 50);
  const answer = Promise.withResolvers<object>();
  fake.answer("LeaseGrant", () => answer.promise);
  const granted = fake.facet.grant(9, { id: 7n });
  await fake.pass(100);
  // The one before is renewed for 30 s, then somebody revokes it, and the
  // member comes to the grant.
  assertEquals(fake.renewals, [7n, 7n]);
  answer.resolve({ ID: fromBigInt(7n), TTL: fromBigInt(9n) });
  const lease = await granted;
  const first = lease.keepAlive();
  before.orphan();
  fake.renewed(30, 7n);
  assertEquals(fake.renewals, [7n, 7n, 7n]);
  await fake.pass(9_000);
  assertEquals(lossOf(lease).reason, "not_renewed");
  await assertRejects(() => first, LeaseLostError);
  assertEquals(fake.clock.pending, 0);
});
