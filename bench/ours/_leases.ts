import process from "node:process";
import type { Client } from "../../mod.ts";
import type { Figures } from "./_timed.ts";

const LEASES = 1_000;
// Every client renews after a third of that.
const TTL_SECONDS = 3;
const WINDOW_MS = 3_000;

/**
 * Keeps a thousand leases for a while, after as long that is not counted; an
 * operation is one renewal.
 */
export async function renewLeases(
  client: Client,
  endpoints: readonly string[],
): Promise<Figures> {
  const leases = await Promise.all(
    Array.from({ length: LEASES }, () => client.lease.grant(TTL_SECONDS)),
  );
  await Promise.all(leases.map((lease) => lease.keepAlive()));
  await passWindow();
  const renewedBefore = await renewals(endpoints);
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await passWindow();
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startedAt) / 1_000;
  const renewed = await renewals(endpoints) - renewedBefore;
  for (const lease of leases) lease.orphan();
  return {
    opsPerSecond: renewed / seconds,
    cpuMicros: (user + system) / renewed,
  };
}

function passWindow(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
}

/** The number of renewals the servers have seen: clients do not all tell. */
async function renewals(endpoints: readonly string[]): Promise<number> {
  const counts = await Promise.all(endpoints.map(async (endpoint) => {
    const text = await (await fetch(`http://${endpoint}/metrics`)).text();
    return Number(
      /^etcd_debugging_lease_renewed_total (\S+)/m.exec(text)?.[1] ?? NaN,
    );
  }));
  return counts.reduce((sum, count) => sum + count, 0);
}
