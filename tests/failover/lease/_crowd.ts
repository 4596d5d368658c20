import { assert, assertEquals } from "@std/assert";
import { Client, type Lease, type LeaseLostError } from "../../../mod.ts";
import { sleep, startEtcd } from "../../harness/mod.ts";

/** How many leases there are, and where. */
export interface Crowd {
  readonly members: number;
  readonly leases: number;
  readonly ttlSeconds: number;
}

const AT_ONCE = 500;
const STALL_MS = 5_000;

/**
 * Keeps many leases of one client alive through a cut, a stall of its event
 * loop and the restart of the member that renews them: none may be lost.
 */
export async function keepCrowd(
  { members, leases: count, ttlSeconds }: Crowd,
): Promise<void> {
  await using cluster = await startEtcd({ members });
  await using client = new Client({
    endpoints: cluster.endpoints,
    balancer: "grpc1.7",
    keepAlive: false,
  });
  const leases: Lease[] = [];
  for (let made = 0; made < count; made += AT_ONCE) {
    leases.push(
      ...await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, count - made) }, async () => {
          const lease = await client.lease.grant(ttlSeconds);
          lease.keepAlive().catch(() => {});
          return lease;
        }),
      ),
    );
  }
  const serving = () => {
    const { pin } = client.balancer;
    const member = cluster.members.find(({ endpoint }) => endpoint === pin);
    assert(member, "no member is pinned");
    return member;
  };
  assertEquals(losses(leases), []);

  await serving().proxy.set({ kind: "reset" });
  await outlived(ttlSeconds / 3, leases, "the cut");

  const until = performance.now() + STALL_MS;
  while (performance.now() < until);
  await outlived(ttlSeconds / 3, leases, "the stall");

  await serving().restart();
  // As long as one lives that is not renewed.
  await outlived(ttlSeconds, leases, "the restart");

  const alive = new Set(await client.lease.list());
  assertEquals(leases.filter(({ id }) => !alive.has(id)).length, 0);
}

/** Waits for so long, or until one is lost. */
async function outlived(
  seconds: number,
  leases: readonly Lease[],
  what: string,
): Promise<void> {
  const until = performance.now() + seconds * 1_000;
  while (performance.now() < until && losses(leases).length === 0) {
    await sleep(250);
  }
  assertEquals(losses(leases), [], `lost after ${what}`);
}

/** Why leases were lost, the first few. */
function losses(leases: readonly Lease[]): readonly string[] {
  return leases.filter(({ signal }) => signal.aborted).slice(0, 3)
    .map(({ signal }) => (signal.reason as LeaseLostError).message);
}
