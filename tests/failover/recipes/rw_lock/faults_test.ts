// Read-write locks while their holders are killed and frozen, and links and
// members fail. By hand, for longer: deno task test --minutes 10 FILE
import { assert, assertEquals } from "@std/assert";
import { prefix } from "../../../../mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { observer } from "../../../scenarios/steps/clients.ts";
import { cluster, startThreeMembers } from "../../_three_members.ts";
import { ACTIVE, activeHistory, whileActive } from "../_active.ts";
import {
  programStart,
  say,
  startWorkers,
  suffer,
  TTL_SECONDS,
} from "../_faults.ts";
import { untilPlaces } from "./_subject.ts";

startThreeMembers();

/** Holds a lock of either kind, and says so in etcd, by a key that it guards. */
function holder(): string {
  return `${programStart("rwLock")}
const locks = rwLock(client, "index", { ttlSeconds: ${TTL_SECONDS} });
for (;;) {
  try {
    const kind = Math.random() < 0.7 ? "read" : "write";
    await using lock = await locks[\`\${kind}Lock\`]();
    ${whileActive("lock", "${kind}")}
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
  }
}`;
}

Deno.test("one writes or many read while holders, links and members fail", async () => {
  await cluster.reset();
  await using other = observer(cluster);
  const { header } = await other.range(prefix(ACTIVE));
  let fates: readonly string[];
  {
    await using workers = await startWorkers(holder(), {
      count: 4,
      ready: /^in$/,
    });
    fates = await suffer(workers);
    const before = workers.lines.length;
    await waitFor("locks for all", () => workers.lines.length > before + 20, {
      timeoutMs: 30_000,
    });
  }
  await untilPlaces(other, "index", 0);
  const faults: string[] = [];
  const counts = { states: 0, readers: 0, written: 0 };
  let active: readonly string[] = [];
  for await (active of activeHistory(other, header.revision + 1n)) {
    const writes = active.some((key) => key.startsWith(`${ACTIVE}write/`));
    if (writes && active.length > 1) faults.push(`${active}`);
    counts.states++;
    counts.written += Number(writes);
    if (!writes) counts.readers = Math.max(counts.readers, active.length);
  }
  say(`${JSON.stringify(counts)} ${fates}`);
  assertEquals([faults, active], [[], []]);
  // There was something to see.
  assert(counts.states > 40 && counts.written > 5 && counts.readers > 1);
});
