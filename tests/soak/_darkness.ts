import type { Cluster } from "../harness/mod.ts";
import { sleep } from "../harness/mod.ts";

const KINDS = ["blackhole", "refuse", "pause", "mute"] as const;
/** Longer than leases that are kept last: 10 s. */
const DARK_MS = 13_000;

/**
 * Lets no client reach any member for longer than its leases last: the faults
 * that are drawn end too soon for that. Resolves to its name.
 */
export async function darken(
  cluster: Cluster,
  random: () => number,
): Promise<string> {
  const kind = KINDS[Math.floor(random() * KINDS.length)] ?? "refuse";
  const all = cluster.members.map(({ proxy }) => proxy);
  await Promise.all(all.map((proxy) => proxy.set({ kind })));
  await sleep(DARK_MS);
  await Promise.all(all.map((proxy) => proxy.set({ kind: "pass" })));
  return `${kind} all`;
}
