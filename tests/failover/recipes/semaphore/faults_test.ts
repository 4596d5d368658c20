// Permits while their holders are killed and frozen, and links and members fail.
// By hand, for longer: deno task test --minutes 10 FILE
import { assert, assertEquals } from "@std/assert";
import { prefix } from "../../../../mod.ts";
import { sleep, waitFor } from "../../../harness/mod.ts";
import {
  drawFaults,
  injectFault,
} from "../../../harness/cluster/fault_schedule.ts";
import { observer } from "../../../scenarios/steps/clients.ts";
import { seededRandom } from "../../../unit/support/_fake_clock.ts";
import { cluster, startThreeMembers } from "../../_three_members.ts";
import { Workers } from "../_workers.ts";
import { untilPlaces } from "./_subject.ts";

const MINUTES = Number(Deno.env.get("ETCDENO_MATRIX_MINUTES") ?? 0.07);
const SEED = Number(
  Deno.env.get("ETCDENO_MATRIX_SEED") ?? Math.floor(Math.random() * 2 ** 31),
);
const LIMIT = 2;
const TTL_SECONDS = 2;

startThreeMembers();

/** Holds permits, and says so in etcd, by a key that its permit guards. */
function holder(endpoints: readonly string[]): string {
  return `
import { Client, EtcdError, op } from "@etcdeno/client";
import { semaphore } from "@etcdeno/client/recipes";
const client = new Client({
  endpoints: ${JSON.stringify(endpoints)},
  dialTimeoutMs: 1_000,
  requestTimeoutMs: 2_000,
});
const permits = semaphore(client, "fleet", {
  limit: ${LIMIT},
  ttlSeconds: ${TTL_SECONDS},
});
for (;;) {
  try {
    await using permit = await permits.acquire();
    const { lease } = await client.get(permit.key) ?? {};
    if (lease === undefined) continue;
    const active = \`active/\${permit.revision}\`;
    const { succeeded } = await client.txn({
      if: [permit.guard],
      then: [op.put(active, "", { lease })],
    });
    if (succeeded) console.log("in");
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
    // Not given back before it is known to be done; or it ends with the lease.
    while (!permit.signal.aborted) {
      const gone = client.txn({ if: [permit.guard], then: [op.delete(active)] });
      if (await gone.then(() => true, () => false)) break;
    }
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
  }
}`;
}

Deno.test("no more than the limit hold a permit while holders, links and members fail", async () => {
  await cluster.reset();
  say(`seed ${SEED}, ${MINUTES} min`);
  await using other = observer(cluster);
  const { header } = await other.range(prefix("active/"));
  const fates: string[] = [];
  {
    await using workers = new Workers(holder(cluster.endpoints));
    await workers.start(4, /^in$/);
    const random = seededRandom(SEED);
    const endsAt = performance.now() + MINUTES * 60_000;
    const faults = drawFaults(seededRandom(SEED + 1), cluster.members.length);
    await Promise.all([
      (async () => {
        while (performance.now() < endsAt) {
          fates.push(
            await workers.strike(random, { frozenMs: TTL_SECONDS * 1_500 }),
          );
          await sleep(300 * random());
        }
      })(),
      (async () => {
        while (performance.now() < endsAt) {
          await injectFault(cluster, faults.next().value);
        }
      })(),
    ]);
    await cluster.reset();
    say(`${workers.lines.length} permits, ${fates}`);
    const before = workers.lines.length;
    await waitFor("permits for all", () => workers.lines.length > before + 20, {
      timeoutMs: 30_000,
    });
  }
  say("all are gone");
  // They are all gone, and their time will be over.
  await untilPlaces(other, "fleet", 0);
  const last = await other.put("active/over", "");
  await using watch = other.watch(prefix("active/"), {
    startRevision: header.revision + 1n,
  });
  const active = new Set<string>();
  let most = 0;
  let entered = 0;
  let at = 0n;
  for await (const { type, kv } of watch.events()) {
    // A lease takes all of its keys away at one revision.
    if (kv.modRevision !== at) most = Math.max(most, active.size);
    at = kv.modRevision;
    if (at === last.header.revision) break;
    if (type === "put") {
      active.add(kv.key.text());
      entered++;
    } else active.delete(kv.key.text());
  }
  say(`${entered} permits, ${most} at most at once, ${fates}`);
  assert(entered > 20, `${entered}`);
  assertEquals([most, active.size], [LIMIT, 0]);
});

/** Under the name of the test. */
function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
