// Reads and writes through a seeded schedule of faults: one order explains all
// that was answered, whichever strategy moves, repeats or hedges them.
// By hand, for longer: deno task test --minutes 10 FILE, and
// ETCDENO_MATRIX_SEED=1 for the same faults again.
import { assert, assertEquals } from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { Client } from "../../../mod.ts";
import {
  drawFaults,
  injectFault,
} from "../../harness/cluster/fault_schedule.ts";
import { minutesOr, SEED } from "../../harness/cluster/long_run.ts";
import { seededRandom } from "../../unit/support/_fake_clock.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";
import { RegisterRun } from "./_register_run.ts";
import { contradictions } from "./_store_history.ts";

const MINUTES = minutesOr(0.05);
const WORKERS = 8;

startThreeMembers();

for (const balancer of BALANCER_NAMES) {
  for (const batch of ["off", "all"] as const) {
    Deno.test(`${balancer} | reads and writes under faults are linearizable, batch ${batch}`, async () => {
      await cluster.reset();
      say(`seed ${SEED}, ${MINUTES} min`);
      await using observer = new Client({
        endpoints: cluster.members.map(({ directEndpoint }) => directEndpoint),
      });
      await using client = new Client({
        endpoints: cluster.endpoints,
        balancer,
        batch,
        dialTimeoutMs: 1_000,
      });
      const keys = `register/${balancer}/${batch}/`;
      const run = new RegisterRun(observer, keys);
      await run.ready();
      const stop = new AbortController();
      const { signal } = stop;
      const working = Array.from(
        { length: WORKERS },
        (_, at) => run.work(client, seededRandom(SEED + at + 1), { signal }),
      );
      let faults = 0;
      const endsAt = performance.now() + MINUTES * 60_000;
      try {
        for (
          const fault of drawFaults(seededRandom(SEED), cluster.members.length)
        ) {
          await injectFault(cluster, fault);
          faults++;
          if (performance.now() >= endsAt) break;
        }
      } finally {
        stop.abort();
        await Promise.all(working);
      }
      await cluster.reset();
      const { header } = await observer.put(`${keys}0`, "last");
      const history = await run.history(header.revision);
      say(
        `${balancer}, batch ${batch}: ${run.answered} answers, ` +
          `${run.doubtful} writes in doubt, ${run.failedReads} reads failed, ` +
          `${faults} faults`,
      );
      assert(run.answered > 100, `${run.answered} answers`);
      const doubtful = [...history.doubtful, {
        key: `${keys}0`,
        value: "last",
        startMs: 0,
      }];
      assertEquals(contradictions({ ...history, doubtful }), []);
    });
  }
}

/** For people: what the figures were, and the seed to have them again. */
function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  register: ${line}\n`));
}
