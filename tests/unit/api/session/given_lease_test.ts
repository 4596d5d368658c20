// Sessions over a lease that is there already: whose it is, and until when.
import { assertEquals, assertRejects } from "@std/assert";
import { openSession } from "../../../../api/session/session.ts";
import type { Leases } from "../../../../api/lease/mod.ts";
import {
  InvalidOptionError,
  LeaseNotFoundError,
  type Session,
  type SessionOptions,
} from "../../../../mod.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeLeases } from "../lease/_fake_leases.ts";

/** Opens a session over these leases, whose first renewal is answered. */
async function open(
  fake: FakeLeases,
  options: SessionOptions & { readonly id: bigint },
  lease: Leases = fake.facet,
): Promise<Session> {
  const { id, ...sessionOptions } = options;
  const opening = openSession({ lease } as never, sessionOptions);
  await microtasks();
  fake.renewed(9, id);
  return await opening;
}

Deno.test("session({ lease }) refuses a lease that a session of the client has, until that has ended", async () => {
  const fake = new FakeLeases();
  fake.answerTimeToLive(9, 9);
  const first = await open(fake, { lease: 7n, id: 7n });
  const namespaced = fake.facet.over({} as never);
  const { called } = fake;
  const { length } = called;
  for (const keys of [fake.facet, namespaced]) {
    for (const lease of [7n, { id: 7n }, first.lease]) {
      const error = await assertRejects(
        () => openSession({ lease: keys } as never, { lease }),
        InvalidOptionError,
      );
      assertEquals([error.method, error.option], ["session", "lease"]);
    }
  }
  assertEquals(called.length, length);
  first.lease.orphan();
  const second = await open(fake, { lease: 7n, id: 7n });
  second.lease.orphan();
  // One that was granted is its session's, too.
  const granted = await open(fake, { ttlSeconds: 9, id: 1n });
  await assertRejects(
    () => openSession({ lease: fake.facet } as never, { lease: 1n }),
    InvalidOptionError,
  );
  granted.lease.orphan();
});

Deno.test("session({ lease }) that could not be opened leaves the lease to another one", async () => {
  const fake = new FakeLeases();
  fake.answerTimeToLive(-1, 0);
  await assertRejects(
    () => openSession({ lease: fake.facet } as never, { lease: 7n }),
    LeaseNotFoundError,
  );
  fake.answerTimeToLive(9, 9);
  const aborted = openSession({ lease: fake.facet } as never, {
    lease: 7n,
    signal: AbortSignal.abort("no more"),
  });
  assertEquals(await assertRejects(() => aborted), "no more");
  const session = await open(fake, { lease: 7n, id: 7n });
  session.lease.orphan();
  assertEquals(fake.clock.pending, 0);
});
