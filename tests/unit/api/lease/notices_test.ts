// What is told of each renewal, by a clock a test turns.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { InvalidOptionError, type LeaseRenewal } from "../../../../mod.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { waitFor } from "../../../../testing/wait/mod.ts";
import { FakeLeases } from "./_fake_leases.ts";
import { kept } from "./_kept_lease.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { Warnings } from "../telemetry/_warnings.ts";

Deno.test("keepAlive({ onRenewal }) tells of each answered renewal, with its time, its store and its endpoint", async () => {
  const fake = new FakeLeases();
  const told: LeaseRenewal[] = [];
  const lease = await fake.facet.grant(9);
  const first = lease.keepAlive({ onRenewal: (one) => told.push(one) });
  await microtasks();
  assertEquals(told, []);
  fake.opener.last.reply({
    ID: fromBigInt(1n),
    TTL: fromBigInt(9n),
    header: { revision: fromBigInt(42n) },
  });
  await first;
  const { endpoint } = fake.opener.last;
  assertEquals(
    told.map(({ ttlSeconds, header, endpoint }) => [
      ttlSeconds,
      header.revision,
      endpoint,
    ]),
    [[9, 42n, endpoint]],
  );
  await fake.pass(3_000);
  assertEquals(told.length, 1);
  fake.renewed(30);
  assertEquals(told.at(-1)?.ttlSeconds, 30);
  lease.orphan();
  fake.renewed(30);
  assertEquals(told.length, 2);
});

Deno.test("keepAlive({ onRenewal }) of a lease that is kept already tells from then on, and each function once", async () => {
  const fake = new FakeLeases();
  const lease = await kept(fake);
  const told: string[] = [];
  const one = () => told.push("one");
  const other = () => told.push("other");
  for (const onRenewal of [one, other, one]) {
    await lease.keepAlive({ onRenewal });
  }
  assertEquals(told, []);
  await fake.pass(3_000);
  fake.renewed(9);
  assertEquals(told, ["one", "other"]);
  lease.orphan();
});

Deno.test("keepAlive({ onRenewal }) does not tell that a lease is gone, nor what was renewed by hand", async () => {
  const fake = new FakeLeases();
  let told = 0;
  const lease = await fake.facet.grant(9);
  lease.keepAlive({ onRenewal: () => told++ });
  await microtasks();
  const once = lease.keepAliveOnce();
  await microtasks();
  fake.renewed(9);
  await once;
  assertEquals(told, 0);
  fake.opener.streams[0]?.reply({
    ID: fromBigInt(1n),
    TTL: fromBigInt(0n),
  });
  assert(lease.signal.aborted);
  assertEquals(told, 0);
});

Deno.test("keepAlive({ onRenewal }) goes on whatever the function does", async () => {
  const fake = new FakeLeases();
  using warnings = new Warnings();
  const lease = await fake.facet.grant(9);
  const first = lease.keepAlive({
    onRenewal: () => {
      throw new Error("of the listener");
    },
  });
  await microtasks();
  fake.renewed(9);
  await first;
  await lease.keepAlive({ onRenewal: () => lease.orphan() });
  await fake.pass(3_000);
  fake.renewed(9);
  assert(lease.signal.aborted);
  assertEquals(fake.clock.pending, 0);
  await waitFor("the warnings", () => warnings.seen.length === 2);
  for (const { message, detail = "" } of warnings.seen) {
    assertStringIncludes(message, "'onRenewal' has thrown");
    assertStringIncludes(detail, "of the listener");
  }
});

Deno.test("keepAlive() refuses what is no function, and renews nothing then", async () => {
  const fake = new FakeLeases();
  const lease = await fake.facet.grant(9);
  const error = await assertRejects(
    () => lease.keepAlive({ onRenewal: "log" as never }),
    InvalidOptionError,
  );
  assertEquals([error.method, error.option], ["Lease.keepAlive", "onRenewal"]);
  assertEquals([lease.state.kind, fake.opener.streams.length], ["idle", 0]);
  lease.orphan();
});

for (const requireLeader of [undefined, true, false]) {
  Deno.test(`keepAliveOnce({ requireLeader: ${requireLeader} }) asks the member for that`, async () => {
    const fake = new FakeLeases();
    const lease = await fake.facet.grant(9);
    const renewed = lease.keepAliveOnce({ requireLeader });
    await microtasks();
    const { settings } = fake.opener.last;
    assertEquals(settings.requireLeader, requireLeader ?? true);
    fake.renewed(9);
    await renewed;
    lease.orphan();
  });
}
