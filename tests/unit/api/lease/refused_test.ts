// Servers that renew no leases, as kine does not, and those that seem not to.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { Client, EtcdError, UnsupportedError } from "../../../../mod.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import { methods } from "../../../../proto/methods.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import { FakeServer, FakeStatus } from "../../../harness/mod.ts";
import { FakeLeases } from "./_fake_leases.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { kept, lossOf } from "./_kept_lease.ts";

const UNKNOWN = new FakeStatus(2, "lease keep alive is not supported");
const UNIMPLEMENTED = new FakeStatus(12, "unknown service etcdserverpb.Lease");
const IDS = { ID: { low: 1, high: 0 }, TTL: { low: 600, high: 0 } };

/** A server that refuses so many streams, or all, and then renews. */
async function refusing(
  status: FakeStatus,
  times = Infinity,
): Promise<FakeServer> {
  const server = await FakeServer.start();
  const message = (type: string) => codecOf(`etcdserverpb.${type}`).encode(IDS);
  let left = times;
  return server
    .handle(methods.lease.grant.path, () => message("LeaseGrantResponse"))
    .handleStream(methods.lease.keepAlive.path, async (stream) => {
      for await (const _ of stream.messages) {
        if (left-- > 0) throw status;
        stream.send(message("LeaseKeepAliveResponse"));
      }
    });
}

for (
  const [status, Class] of [
    [UNKNOWN, EtcdError],
    [UNIMPLEMENTED, UnsupportedError],
  ] as const
) {
  Deno.test(`session() and keepAlive() fail at once with what a server says that renews nothing: ${status.message}`, async () => {
    await using server = await refusing(status);
    await using client = new Client({ endpoints: server.endpoint });
    const begun = performance.now();
    const error = await assertRejects(
      () => client.session({ ttlSeconds: 600 }),
      Class,
      status.details,
    );
    // The lease was granted.
    assert(error.maybeCommitted, error.message);
    const lease = await client.lease.grant(600);
    for (let tries = 0; tries < 2; tries++) {
      const refused = await assertRejects(
        () => lease.keepAlive(),
        Class,
        status.details,
      );
      assertEquals(refused.endpoint, server.endpoint);
    }
    // It has its first time all the same.
    assertFalse(lease.signal.aborted);
    assert(performance.now() - begun < 10_000);
    lease.orphan();
  });

  Deno.test(`session() goes on after a refusal that was transient: ${status.message}`, async () => {
    await using server = await refusing(status, 2);
    await using client = new Client({ endpoints: server.endpoint });
    const session = await client.session({ ttlSeconds: 600 });
    assertFalse(session.signal.aborted);
    session.lease.orphan();
  });
}

Deno.test("A lease that was renewed before is tried on with, however often that is refused", async () => {
  const fake = new FakeLeases();
  const lease = await kept(fake);
  for (let refusals = 0; refusals < 5; refusals++) {
    fake.opener.last.end(createError("Cannot renew: no", { code: "unknown" }));
    await fake.pass(500);
  }
  assertFalse(lease.signal.aborted);
  assertEquals(fake.renewals, [1n]);
  fake.renewed(9);
  await microtasks();
  await fake.pass(8_000);
  assertFalse(lease.signal.aborted);
  // Refused until its time is over, it is lost for that reason.
  const refusal = createError("Cannot renew: no", { code: "unknown" });
  for (let tries = 0; tries < 30 && !lease.signal.aborted; tries++) {
    fake.opener.last.end(refusal);
    await fake.pass(500);
  }
  assertEquals(lossOf(lease).reason, "not_renewed");
  assertEquals(lossOf(lease).cause, refusal);
});
