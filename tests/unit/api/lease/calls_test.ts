// The calls that concern a lease, answered by a test.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  EtcdError,
  InvalidOptionError,
  type LeaseLostError,
  LeaseNotFoundError,
  UnsupportedError,
} from "../../../../mod.ts";
import { failure, FakeLeases } from "./_fake_leases.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";

// As after an attempt whose answer was lost.
const ECHO = { attempts: 2, maybeCommitted: true };

Deno.test("grant() refuses a time or an id that cannot be", async () => {
  const fake = new FakeLeases();
  for (const ttl of [0, -1, 1.5, NaN, Infinity, 2 ** 60]) {
    const error = await assertRejects(
      () => fake.facet.grant(ttl),
      InvalidOptionError,
    );
    assertEquals(error.option, "ttlSeconds");
  }
  const error = await assertRejects(
    () => fake.facet.grant(5, { id: -1n }),
    InvalidOptionError,
  );
  assertEquals(error.option, "id");
  assertEquals(fake.called, []);
});

Deno.test("grant() with an id fails with the error of its one call, whatever became of it", async () => {
  const fake = new FakeLeases();
  fake.answerTimeToLive(9, 9);
  for (const maybeCommitted of [false, true]) {
    fake.answer("LeaseGrant", () => {
      throw failure("lease_exists", { maybeCommitted });
    });
    const error = await assertRejects(
      () => fake.facet.grant(9, { id: 7n }),
      EtcdError,
    );
    assertEquals(error.code, "lease_exists");
    assertEquals(error.maybeCommitted, maybeCommitted);
  }
  assertEquals(fake.called, ["Lease.LeaseGrant", "Lease.LeaseGrant"]);
});

Deno.test("grant() with an id fails where the server makes a lease of another one, which may be there", async () => {
  const fake = new FakeLeases();
  // As kine does: its ids are the seconds to live.
  fake.answerGrant(9n, 9);
  const error = await assertRejects(
    () => fake.facet.grant(9, { id: 7n }),
    UnsupportedError,
    "the server gave it the id 9 instead of 7",
  );
  assert(error.maybeCommitted);
  assertFalse(error.retryable);
  const lease = await fake.facet.grant(9, { id: 9n });
  assertEquals(lease.id, 9n);
  lease.orphan();
});

Deno.test("revoke() of a lease that an earlier attempt has ended succeeds", async () => {
  const fake = new FakeLeases();
  const lease = await fake.facet.grant(9);
  fake.answer("LeaseRevoke", () => {
    throw failure("lease_not_found", ECHO);
  });
  await lease.revoke();
  assert(lease.signal.aborted);
  assertEquals((lease.signal.reason as LeaseLostError).reason, "revoked");
  const other = await fake.facet.grant(9);
  fake.answer("LeaseRevoke", () => {
    throw failure("lease_not_found", { attempts: 2 });
  });
  await assertRejects(() => other.revoke(), LeaseNotFoundError);
  // To whom it ends, that it has ended is no failure.
  const third = await fake.facet.grant(9);
  await third[Symbol.asyncDispose]();
});

Deno.test("revoke() may be repeated where the server chose the id, and nowhere else", async () => {
  const fake = new FakeLeases();
  fake.answerTimeToLive(9, 9);
  const chosen = await fake.facet.grant(9);
  const own = await fake.facet.grant(9, { id: 1n });
  const attached = await fake.facet.attach(1n);
  for (const lease of [chosen, own, attached]) await lease.revoke();
  assertEquals(fake.effects("LeaseRevoke"), ["idempotent", "write", "write"]);
});

Deno.test("Disposing a lease revokes it, once", async () => {
  const fake = new FakeLeases();
  {
    await using lease = await fake.facet.grant(9);
    lease.keepAlive().catch(() => {});
    await microtasks();
  }
  assertEquals(fake.called, ["Lease.LeaseGrant", "Lease.LeaseRevoke"]);
  assert(fake.opener.last.canceled);
  assertEquals(fake.clock.pending, 0);
});

Deno.test("A failing revoke is told, and the lease is given up all the same", async () => {
  const fake = new FakeLeases();
  const lease = await fake.facet.grant(9);
  fake.answer("LeaseRevoke", () => {
    throw failure("unavailable", { attempts: 3 });
  });
  const error = await assertRejects(() => lease.revoke(), EtcdError);
  assertEquals(error.code, "unavailable");
  assert(lease.signal.aborted);
});

Deno.test("attach() and timeToLive() of an unknown lease fail, and a handle is lost", async () => {
  const fake = new FakeLeases();
  fake.answerTimeToLive(-1, 0);
  await assertRejects(() => fake.facet.attach(7n), LeaseNotFoundError);
  const lease = await fake.facet.grant(9);
  await assertRejects(() => lease.timeToLive(), LeaseNotFoundError);
  assertEquals((lease.signal.reason as LeaseLostError).reason, "expired");
});
