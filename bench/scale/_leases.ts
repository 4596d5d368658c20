import type { Client, Lease } from "../../mod.ts";
import type { Step, StepResult } from "./_step.ts";

const TTL_SECONDS = 9;
const GRANTED_AT_ONCE = 250;
// Longer than a lease lives that nobody renews.
const HELD_MS = 12_000;

/** Grants leases, and keeps all of them for longer than they live. */
export async function holdLeases(
  client: Client,
  { count, taken }: Step,
): Promise<StepResult> {
  const leases: Lease[] = [];
  for (let from = 0; from < count; from += GRANTED_AT_ONCE) {
    const granted = await Promise.all(
      Array.from(
        { length: GRANTED_AT_ONCE },
        () => client.lease.grant(TTL_SECONDS),
      ),
    );
    await Promise.all(granted.map((lease) => lease.keepAlive()));
    leases.push(...granted);
  }
  const opened = taken();
  await new Promise((resolve) => setTimeout(resolve, HELD_MS));
  const lost = leases.filter(({ signal }) => signal.aborted).length;
  for (const lease of leases) lease.orphan();
  return {
    ...opened,
    remark: `${lost} lost in ${HELD_MS / 1_000} s, TTL ${TTL_SECONDS} s`,
  };
}
