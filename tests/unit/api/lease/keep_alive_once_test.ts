// One renewal, on a stream of its own, answered by a test.
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
  type LeaseLostError,
  LeaseNotFoundError,
  TimeoutError,
} from "../../../../mod.ts";
import { waitFor } from "../../../../testing/wait/mod.ts";
import { failure, FakeLeases } from "./_fake_leases.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";

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
