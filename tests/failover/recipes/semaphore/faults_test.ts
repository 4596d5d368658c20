// Permits while their holders are killed and frozen, and links and members fail.
// By hand, for longer: deno task test --minutes 10 FILE
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

const LIMIT = 2;

startThreeMembers();

/** Holds permits, and says so in etcd, by a key that its permit guards. */
function holder(): string {
  return `${programStart("semaphore")}
const permits = semaphore(client, "fleet", {
  limit: ${LIMIT},
  ttlSeconds: ${TTL_SECONDS},
});
for (;;) {
  try {
    await using permit = await permits.acquire();
    ${whileActive("permit", "permit")}
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
  }
}`;
}

Deno.test("no more than the limit hold a permit while holders, links and members fail", async () => {
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
    say(`${workers.lines.length} permits, ${fates}`);
    const before = workers.lines.length;
    await waitFor("permits for all", () => workers.lines.length > before + 20, {
      timeoutMs: 30_000,
    });
  }
  say("all are gone");
  // They are all gone, and their time will be over.
  await untilPlaces(other, "fleet", 0);
  let most = 0;
  let entered = 0;
  let active: readonly string[] = [];
  for await (active of activeHistory(other, header.revision + 1n)) {
    most = Math.max(most, active.length);
    entered++;
  }
  say(`${entered} permits, ${most} at most at once, ${fates}`);
  assert(entered > 40, `${entered}`);
  assertEquals([most, active.length], [LIMIT, 0]);
});
