// The calls that concern a lease, answered by a test.
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { LeaseCalls } from "../../../../api/lease/_calls.ts";
import type { Opener } from "../../../../api/stream/_opener.ts";
import {
  EtcdError,
  InvalidOptionError,
  type LeaseLostError,
  LeaseNotFoundError,
  TimeoutError,
  UnsupportedError,
} from "../../../../mod.ts";
import { waitFor } from "../../../harness/wait_for.ts";
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

Deno.test("keepAliveOnce() renews on a stream of its own, and tells the time", async () => {
  const fake = new FakeLeases();
  const lease = await fake.facet.grant(9);
  fake.clock.advance(5_000);
  const renewed = lease.keepAliveOnce();
  await microtasks();
  assertEquals(fake.renewals, [1n]);
  fake.renewed(9);
  assertEquals(await renewed, 9);
  assert(fake.opener.last.canceled);
  // Not lost 9 s after the grant, but after that renewal.
  fake.clock.advance(8_400);
  assertFalse(lease.signal.aborted);
  fake.clock.advance(100);
  assert(lease.signal.aborted);
});

Deno.test("keepAliveOnce() counts from when it was sent, not from when it was called", async () => {
  const fake = new FakeLeases();
  const lease = await fake.facet.grant(9);
  fake.opener.held = true;
  const renewed = lease.keepAliveOnce();
  fake.clock.advance(6_000);
  fake.opener.release();
  await microtasks();
  fake.renewed(9);
  await renewed;
  fake.clock.advance(8_000);
  assertFalse(lease.signal.aborted);
  lease.orphan();
});

Deno.test("keepAliveOnce() goes to another stream if its own ends", async () => {
  const fake = new FakeLeases();
  const lease = await fake.facet.grant(9);
  const renewed = lease.keepAliveOnce();
  await microtasks();
  fake.opener.last.end();
  await waitFor("another stream", () => fake.opener.streams.length === 2);
  await microtasks();
  fake.renewed(9);
  assertEquals(await renewed, 9);
  lease.orphan();
});

Deno.test("keepAliveOnce() of an unknown lease fails, and the handle is lost", async () => {
  const fake = new FakeLeases();
  const lease = await fake.facet.grant(9);
  const renewed = lease.keepAliveOnce();
  await microtasks();
  fake.renewed(0);
  await assertRejects(() => renewed, LeaseNotFoundError);
  assertEquals((lease.signal.reason as LeaseLostError).reason, "expired");
});

Deno.test("keepAliveOnce() ends with its timeout, and with an abort's reason", async () => {
  const fake = new FakeLeases();
  const lease = await fake.facet.grant(9);
  const error = await assertRejects(
    () => lease.keepAliveOnce({ timeoutMs: 20 }),
    TimeoutError,
  );
  assertEquals(
    error.message,
    "Cannot renew the lease: not done within 20 ms (timeout)",
  );
  assert(fake.opener.last.canceled);
  const abort = new AbortController();
  const waiting = lease.keepAliveOnce({ signal: abort.signal });
  await microtasks();
  abort.abort("enough");
  assertStrictEquals(await waiting.catch((reason) => reason), "enough");
  assert(fake.opener.last.canceled);
  fake.opener.held = true;
  await assertRejects(
    () => lease.keepAliveOnce({ timeoutMs: 20 }),
    TimeoutError,
  );
  lease.orphan();
});

Deno.test("keepAliveOnce() takes the client's timeout if it is given none", async () => {
  const fake = new FakeLeases({ timeoutMs: 30 });
  const lease = await fake.facet.grant(9);
  const error = await assertRejects(() => lease.keepAliveOnce(), TimeoutError);
  assertEquals(
    error.message,
    "Cannot renew the lease: not done within 30 ms (timeout)",
  );
  lease.orphan();
});

Deno.test("keepAliveOnce() that is aborted as its stream ends leaves no rejection behind", async () => {
  const aborted = new AbortController();
  const reason = new Error("enough");
  const opener: Opener = {
    open(_method, _settings, listener) {
      listener.onEnd(failure("unavailable"));
      aborted.abort(reason);
      return Promise.resolve({
        endpoint: "http://a:2379",
        send() {},
        read() {},
        cancel() {},
        tokenRefused: () => false,
      });
    },
    notOpened: () => failure("unavailable"),
  };
  const caller = { unary: () => Promise.reject(failure("unavailable")) };
  const calls = new LeaseCalls(caller, opener, { timeoutMs: 60_000 });
  const { signal } = aborted;
  const rejected: unknown[] = [];
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    rejected.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", onRejection);
  try {
    const thrown = await assertRejects(() =>
      calls.keepAliveOnce(7n, { signal }, () => {})
    );
    assertStrictEquals(thrown, reason);
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(rejected, []);
  } finally {
    globalThis.removeEventListener("unhandledrejection", onRejection);
  }
});
