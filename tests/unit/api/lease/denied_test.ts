// A server that ends the stream for one lease, as etcd 3.6 does for one with a
// key that the user may not write.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { type Lease, PermissionDeniedError } from "../../../../mod.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import { FakeLeases } from "./_fake_leases.ts";
import { lossOf } from "./_kept_lease.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";

const TTL_SECONDS = 6;
const DENIED = createError("Cannot keep the leases alive: denied", {
  code: "permission_denied",
});

/** A server that answers in order, and ends the stream at a denied lease. */
class DenyingServer {
  readonly denied = new Set<bigint>();
  /** How many streams it has ended. */
  ended = 0;
  readonly #fake: FakeLeases;
  #stream: unknown;
  #read = 0;

  constructor(fake: FakeLeases) {
    this.#fake = fake;
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 50) {
      await this.#fake.pass(50, 50);
      this.#answer();
      await microtasks();
    }
  }

  #answer(): void {
    const { last } = this.#fake.opener;
    if (last !== this.#stream) this.#read = 0;
    this.#stream = last;
    // What was sent on a stream that it has ended is not looked at.
    for (; this.#read < this.#fake.renewals.length; this.#read++) {
      const id = this.#fake.renewals[this.#read] ?? 0n;
      if (this.denied.has(id)) {
        this.#read = Infinity;
        this.ended++;
        return last.end(DENIED);
      }
      this.#fake.renewed(TTL_SECONDS, id);
    }
  }
}

async function granted(fake: FakeLeases, id: bigint): Promise<Lease> {
  fake.answerGrant(id, TTL_SECONDS);
  return await fake.facet.grant(TTL_SECONDS);
}

Deno.test("keepAlive() goes on for the other leases when one of them is denied", async () => {
  const fake = new FakeLeases();
  const server = new DenyingServer(fake);
  const leases: Lease[] = [];
  for (let id = 1n; id <= 5n; id++) leases.push(await granted(fake, id));
  for (const lease of leases) lease.keepAlive().catch(() => {});
  await server.pass(1_000);
  server.denied.add(1n).add(3n);
  await server.pass(TTL_SECONDS * 3_000);
  for (const lease of leases) {
    if (!server.denied.has(lease.id)) {
      assertFalse(lease.signal.aborted, `${lease.id} is lost, too`);
      lease.orphan();
      continue;
    }
    const { reason, cause } = lossOf(lease);
    assertEquals(reason, "not_renewed");
    assertEquals(cause, DENIED);
  }
  assert(server.ended < 20, `${server.ended} streams were ended`);
});

Deno.test("keepAlive() of a lease that is denied fails at once, and that of the others does not", async () => {
  const fake = new FakeLeases();
  const server = new DenyingServer(fake);
  const [bad, good] = [await granted(fake, 1n), await granted(fake, 2n)];
  server.denied.add(bad.id);
  const refused = assertRejects(
    () => bad.keepAlive(),
    PermissionDeniedError,
    "denied",
  );
  const kept = good.keepAlive();
  await server.pass(2_000);
  await refused;
  await kept;
  assertEquals(good.state.kind, "live");
  assertFalse(bad.signal.aborted);
  bad.orphan();
  good.orphan();
});

Deno.test("keepAlive() of a lease that was denied goes on once it is not any more", async () => {
  const fake = new FakeLeases();
  const server = new DenyingServer(fake);
  const [one, other] = [await granted(fake, 1n), await granted(fake, 2n)];
  for (const lease of [one, other]) lease.keepAlive().catch(() => {});
  await server.pass(1_000);
  server.denied.add(one.id);
  await server.pass(3_000);
  server.denied.clear();
  await server.pass(TTL_SECONDS * 2_000);
  for (const lease of [one, other]) {
    assertFalse(lease.signal.aborted);
    lease.orphan();
  }
});
