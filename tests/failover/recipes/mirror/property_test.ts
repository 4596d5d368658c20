// At any moment the copies equal the source at the checkpoint's revision: under
// random writes, cuts, compactions, dead members, and mirrors that are stopped,
// killed and started. For longer:
// ETCDENO_MATRIX_MINUTES=10 ETCDENO_MATRIX_SEED=1 deno task test FILE
import { assert } from "@std/assert";
import {
  drawFaults,
  injectFault,
} from "../../../harness/cluster/fault_schedule.ts";
import { minutesOr, SEED } from "../../../harness/cluster/long_run.ts";
import { seededRandom } from "../../../unit/support/_fake_clock.ts";
import { MirrorRun } from "./_mirror_run.ts";
import { from, startTwoClusters, to } from "./_two_clusters.ts";

const MINUTES = minutesOr(0.07);

startTwoClusters({ members: 3, clients: false });

Deno.test("A mirror through a matrix of faults equals the source at its checkpoint", async () => {
  const seed = `seed ${SEED}`;
  await using run = new MirrorRun(SEED);
  await run.restart();
  run.write();
  const endsAt = performance.now() + MINUTES * 60_000;
  const random = seededRandom(SEED);
  let comparing = true;
  const compared = (async () => {
    while (comparing) await run.compare();
  })();
  // Told by whoever waits for it, at the end.
  compared.catch(() => {});
  let round = 0;
  for (const fault of drawFaults(random, from.members.length)) {
    const cluster = random() < 0.3 ? to : from;
    await injectFault(cluster, {
      ...fault,
      target: fault.target % cluster.members.length,
    });
    if (++round % 2 === 0) await run.compact();
    await run.restart();
    if (performance.now() >= endsAt) break;
  }
  await Promise.all([from.reset(), to.reset()]);
  comparing = false;
  await compared;
  await run.judge();
  const counts =
    `${seed}: ${round} faults, ${run.starts} mirrors, ${run.syncs} syncs, ${run.compared} comparisons`;
  // deno-lint-ignore no-console -- of a run for minutes
  if (MINUTES >= 1) console.log(counts);
  assert(run.compared > 0 && run.syncs > 0, counts);
});
