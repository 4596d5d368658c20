import { assert, assertInstanceOf } from "@std/assert";
import { type Lease, LeaseLostError } from "../../../../mod.ts";
import type { FakeLeases } from "./_fake_leases.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";

/** Why a lease is lost, which it must be. */
export function lossOf(lease: Lease): LeaseLostError {
  assert(lease.signal.aborted, "the lease is not lost");
  assertInstanceOf(lease.signal.reason, LeaseLostError);
  return lease.signal.reason;
}

/** A lease of 9 s whose first renewal was answered. */
export async function kept(fake: FakeLeases): Promise<Lease> {
  const lease = await fake.facet.grant(9);
  const first = lease.keepAlive();
  await microtasks();
  fake.renewed(9);
  await first;
  return lease;
}
