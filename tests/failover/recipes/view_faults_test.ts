// Views through cuts, compactions, dead members and restored snapshots: each
// equals a read at its revision, and its changes lead there. For longer:
// ETCDENO_MATRIX_MINUTES=10 ETCDENO_MATRIX_SEED=1 deno task test FILE
import { assert } from "@std/assert";
import {
  drawFaults,
  injectFault,
} from "../../harness/cluster/fault_schedule.ts";
import { minutesOr, SEED } from "../../harness/cluster/long_run.ts";
import { seededRandom } from "../../unit/support/_fake_clock.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";
import { ViewRun } from "./_view_run.ts";

const MINUTES = minutesOr(0.05);
/** Transactions that no view follows. */
const UNSEEN = 20;

startThreeMembers();

/** The history goes on, and is compacted, while no view can follow it. */
async function compactUnseen(run: ViewRun): Promise<void> {
  const set = (kind: "refuse" | "pass") =>
    Promise.all(cluster.members.map(({ proxy }) => proxy.set({ kind })));
  await set("refuse");
  await run.wrote(UNSEEN);
  await run.compact();
  await set("pass");
}

Deno.test("Views through a matrix of faults equal reads at their revisions, and tell each difference once", async () => {
  const seed = `seed ${SEED}`;
  await using run = new ViewRun(SEED);
  await run.start();
  run.write();
  const endsAt = performance.now() + MINUTES * 60_000;
  let faults = 0;
  for (const fault of drawFaults(seededRandom(SEED), cluster.members.length)) {
    await injectFault(cluster, fault);
    await run.compare();
    if (++faults % 3 === 1) await compactUnseen(run);
    if (performance.now() >= endsAt) break;
  }
  await cluster.reset();
  await run.judge();
  assert(run.compared > 0 && run.rereads > 0, `${seed}: no fault was felt`);
  const file = await cluster.snapshot();
  run.write();
  await run.wrote(UNSEEN);
  const before = run.rereads;
  await run.goBack(file);
  await run.compare();
  run.write();
  await run.wrote(UNSEEN);
  await run.judge();
  assert(run.rereads > before, `${seed}: nobody noticed the restored snapshot`);
});
