import { sleep, type TestCluster } from "../harness/mod.ts";

const KINDS = ["blackhole", "refuse", "pause", "mute"] as const;
/** Longer than leases that are kept last: 10 s. */
const DARK_MS = 13_000;

/**
 * Lets no client reach one member, or any, for longer than leases last: the
 * faults that are drawn end too soon for that. One that is dark must cost no
 * lease, all may. Resolves to the name of the fault.
 */
export async function darken(
  { members }: TestCluster,
  { reach, random }: {
    readonly reach: "one" | "all";
    readonly random: () => number;
  },
): Promise<string> {
  const below = (limit: number) => Math.floor(random() * limit);
  const kind = KINDS[below(KINDS.length)] ?? "refuse";
  const first = below(members.length);
  const proxies = members.map(({ proxy }) => proxy)
    .slice(...reach === "one" ? [first, first + 1] : []);
  await Promise.all(proxies.map((proxy) => proxy.set({ kind })));
  await sleep(DARK_MS);
  await Promise.all(proxies.map((proxy) => proxy.set({ kind: "pass" })));
  return `long ${kind} of ${reach}`;
}
