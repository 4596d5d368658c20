// Registrations and leader loops while members of a cluster of three fail, with
// the time in which both are back. The programs of their pages go through a member
// that is killed, and one that is isolated.
import { assert, assertEquals, assertFalse } from "@std/assert";
import { Client, op } from "../../mod.ts";
import { lead, register } from "../../recipes/mod.ts";
import { type Member, waitFor } from "../harness/mod.ts";
import {
  cluster,
  newClient,
  startThreeMembers,
} from "../failover/_three_members.ts";

startThreeMembers();

const TTL_SECONDS = 3;
// An election takes a second or two, on a machine that has more to do.
const BACK_MS = 30_000;

const FAULTS: readonly (readonly [
  name: string,
  begin: (leader: Member) => Promise<unknown>,
  end: (leader: Member) => Promise<unknown>,
])[] = [
  [
    "the leader is frozen",
    (leader) => leader.freeze(),
    (leader) => leader.thaw(),
  ],
  [
    "all members are restarted",
    () => Promise.all(cluster.members.map((member) => member.kill())),
    () => cluster.reset(),
  ],
];

/** What a loop has done, whose writes carry its guard. */
interface Led {
  writes: number;
  running: number;
  readonly revisions: bigint[];
}

/** Leads, and writes with its guard, until it is stopped. */
async function keepLeading(
  client: Client,
  led: Led,
  signal: AbortSignal,
): Promise<void> {
  await lead(client, "job", "me", async ({ guard, revision, signal }) => {
    assertEquals(++led.running, 1);
    led.revisions.push(revision);
    try {
      while (!signal.aborted) {
        const { succeeded } = await client.txn({
          if: [guard],
          then: [op.put("job done by", String(revision))],
        }, { signal, timeoutMs: 2_000 }).catch(() => ({ succeeded: false }));
        if (succeeded) led.writes++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      led.running--;
    }
  }, { ttlSeconds: TTL_SECONDS, signal });
}

for (const [fault, begin, end] of FAULTS) {
  Deno.test(`register() and lead() are back after ${fault}`, async () => {
    await cluster.reset();
    await using client = newClient("grpc1.23");
    const leader = await cluster.leader();
    const spared = cluster.members.filter((member) => member !== leader);
    await using observer = new Client({
      endpoints: spared.map(({ directEndpoint }) => directEndpoint),
      keepAlive: false,
    });
    const stop = new AbortController();
    const led: Led = { writes: 0, running: 0, revisions: [] };
    const leading = keepLeading(client, led, stop.signal);
    leading.catch(() => {});
    await using r = await register(client, "svc", "a", {
      ttlSeconds: TTL_SECONDS,
    });
    await waitFor("a write", () => led.writes > 0);
    await begin(leader);
    const writes = led.writes;
    if (fault.startsWith("all")) await end(leader);
    await waitFor("the key and more writes", async () => {
      if (r.state.kind !== "registered" || led.writes < writes + 3) {
        return false;
      }
      const kv = await observer.get("svc", { timeoutMs: 2_000 })
        .catch(() => undefined);
      return kv?.value.text() === "a";
    }, { timeoutMs: BACK_MS, intervalMs: 50 });
    await end(leader);
    await cluster.reset();
    // It stands once: under one lease, however many it has had.
    const kv = await observer.get("svc");
    assert(kv);
    const lease = await observer.lease.attach(kv.lease);
    assertEquals((await lease.timeToLive({ keys: true })).keys.length, 1);
    lease.orphan();
    const sorted = [...led.revisions].sort((a, b) => Number(a - b));
    assertEquals(led.revisions, sorted);
    stop.abort("enough");
    assertEquals(await leading.catch((reason) => reason), "enough");
    await r.close();
    assertFalse(await observer.get("svc"));
  });
}
