// What befalls programs and the cluster of three members in a test with faults.
// By hand, for longer: deno task test --minutes 10 FILE
import { sleep } from "../../harness/mod.ts";
import {
  drawFaults,
  injectFault,
} from "../../harness/cluster/fault_schedule.ts";
import { minutesOr, SEED } from "../../harness/cluster/long_run.ts";
import { seededRandom } from "../../unit/support/_fake_clock.ts";
import { cluster } from "../_three_members.ts";
import { Workers } from "./_workers.ts";

const MINUTES = minutesOr(0.07);

/** The time of the sessions that programs have: shorter than they are frozen. */
export const TTL_SECONDS = 2;

/** The start of a program: a client, behind the fault proxies. */
export function programStart(imports: string): string {
  return `
import { Client, EtcdError, op } from "@etcdeno/client";
import { ${imports} } from "@etcdeno/client/recipes";
const client = new Client({
  endpoints: ${JSON.stringify(cluster.endpoints)},
  dialTimeoutMs: 1_000,
  requestTimeoutMs: 2_000,
});
`;
}

/** Starts so many of a program on a cluster without faults. */
export async function startWorkers(
  program: string,
  { count, ready }: { readonly count: number; readonly ready: RegExp },
): Promise<Workers> {
  say(`seed ${SEED}, ${MINUTES} min`);
  const workers = new Workers(program);
  await workers.start(count, ready);
  return workers;
}

/**
 * Has them killed and frozen while links and members fail; resolves to what has
 * befallen them, when the cluster is whole again.
 */
export async function suffer(workers: Workers): Promise<readonly string[]> {
  const random = seededRandom(SEED);
  const faults = drawFaults(seededRandom(SEED + 1), cluster.members.length);
  const endsAt = performance.now() + MINUTES * 60_000;
  const fates: string[] = [];
  await Promise.all([
    (async () => {
      while (performance.now() < endsAt) {
        const frozenMs = TTL_SECONDS * 1_500;
        fates.push(await workers.strike(random, { frozenMs }));
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
  return fates;
}

/** Under the name of the test. */
export function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
