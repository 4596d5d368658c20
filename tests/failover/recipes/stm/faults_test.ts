// Histories of transactions on few keys while links and members fail, and across
// a restored snapshot: each is as its level of isolation says.
// By hand, for longer: deno task test --minutes 10 FILE, and
// ETCDENO_MATRIX_SEED=1 for the same faults again.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  BALANCER_NAMES,
  type BalancerName,
} from "../../../../balancers/mod.ts";
import { TimeoutError } from "../../../../errors/mod.ts";
import { Client } from "../../../../mod.ts";
import {
  type Isolation,
  stm,
  type StmOptions,
} from "../../../../recipes/mod.ts";
import {
  drawFaults,
  injectFault,
} from "../../../harness/cluster/fault_schedule.ts";
import { minutesOr, SEED } from "../../../harness/cluster/long_run.ts";
import { observer } from "../../../scenarios/steps/clients.ts";
import { seededRandom } from "../../../unit/support/_fake_clock.ts";
import { cluster, newClient, startThreeMembers } from "../../_three_members.ts";
import { HistoryRun } from "./_history_run.ts";
import type { Seen } from "./_serial_order.ts";

const MINUTES = minutesOr(0.05);
const WORKERS = 4;
const COUNT = 6;
const TIMEOUT_MS = 6_000;
const ISOLATIONS: readonly Isolation[] = [
  "serializableSnapshot",
  "serializable",
  "repeatableReads",
  "readCommitted",
];
const DOUBTS: readonly StmOptions["doubt"][] = [
  "sameValue",
  { receipt: "receipt" },
  "throw",
];

startThreeMembers();

/** Under the name of the test. */
function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  stm: ${text}\n`));
}

/** What befell all histories together. */
interface Sum {
  histories: number;
  done: number;
  tries: number;
  doubts: number;
}

/** One history after another, until the signal; each is searched at once. */
async function histories(
  balancer: BalancerName,
  { other, sum, signal }: {
    readonly other: Client;
    readonly sum: Sum;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  await using client = newClient(balancer);
  for (let at = 0; !signal.aborted; at++) {
    const isolation = ISOLATIONS[at % ISOLATIONS.length] ?? "serializable";
    const keys = `${balancer}/${at}/`;
    const run = new HistoryRun(client.namespace(keys), {
      isolation,
      doubt: DOUBTS[at % DOUBTS.length],
      timeoutMs: TIMEOUT_MS,
    });
    await Promise.all(Array.from({ length: WORKERS }, (_, worker) => {
      const random = seededRandom(SEED + 100 * at + worker);
      return run.work(random, { count: COUNT });
    }));
    await run.readAll(other.namespace(keys));
    const fault = run.fault();
    assertEquals(
      fault,
      undefined,
      `seed ${SEED}, ${keys}, ${isolation}: ${
        Deno.inspect(run.seen, { depth: 4 })
      }`,
    );
    sum.histories++;
    sum.done += run.seen.length;
    sum.tries += run.tries.length;
    sum.doubts += run.doubts;
  }
}

Deno.test("stm() keeps what its levels promise while links and members fail", async () => {
  await cluster.reset();
  say(`seed ${SEED}, ${MINUTES} min`);
  await using other = observer(cluster);
  const sum: Sum = { histories: 0, done: 0, tries: 0, doubts: 0 };
  const stop = new AbortController();
  const { signal } = stop;
  const balancer = BALANCER_NAMES[SEED % BALANCER_NAMES.length] ?? "grpc1.23";
  const balancers = MINUTES > 1 ? BALANCER_NAMES : [balancer];
  const working = Promise.all(
    balancers.map((one) => histories(one, { other, sum, signal })),
  );
  working.catch(() => stop.abort());
  let faults = 0;
  const endsAt = performance.now() + MINUTES * 60_000;
  try {
    const planned = drawFaults(seededRandom(SEED), cluster.members.length);
    for (const fault of planned) {
      await injectFault(cluster, fault);
      faults++;
      if (performance.now() >= endsAt || signal.aborted) break;
    }
  } finally {
    stop.abort();
    await cluster.reset();
    await working;
  }
  say(
    `${balancers}: ${sum.histories} histories, ${sum.done} transactions, ` +
      `${sum.tries} more tries, ${sum.doubts} in doubt, ${faults} faults`,
  );
  assert(sum.done > 20, `${sum.done}`);
});

Deno.test("stm() keeps what its levels promise across a restored snapshot", async () => {
  await cluster.reset();
  await using client = newClient("grpc1.23");
  const runs = ISOLATIONS.map((isolation) => ({
    ks: client.namespace(`restored/${isolation}/`),
    run: new HistoryRun(client.namespace(`restored/${isolation}/`), {
      isolation,
      doubt: "sameValue",
      timeoutMs: 3 * TIMEOUT_MS,
    }),
  }));
  const work = (count: number) =>
    Promise.all(
      runs.flatMap(({ run }) =>
        [1, 2, 3].map((at) => run.work(seededRandom(SEED + at), { count }))
      ),
    );
  await work(4);
  const states = await Promise.all(runs.map(({ run, ks }) => run.readAll(ks)));
  const snapshot = await cluster.snapshot();
  await work(6);
  const working = work(2);
  const fromMs = performance.now();
  await cluster.restore({ snapshot });
  await working;
  const toMs = performance.now();
  await work(4);
  for (const [at, { run, ks }] of runs.entries()) {
    await run.readAll(ks);
    const { seen, tries, isolation } = run;
    // Those on the way may be of either time, or of none.
    const both = (when: (one: Seen) => boolean) => {
      const part = new HistoryRun(ks, { isolation });
      for (const one of seen) {
        const isOnTheWay = one.endMs >= fromMs && one.startMs <= toMs;
        if (isOnTheWay) part.seen.push({ ...one, inDoubt: true });
        else if (when(one)) part.seen.push(one);
      }
      const isSure = (one: Seen) => one.endMs < fromMs || one.startMs > toMs;
      part.tries.push(...tries.filter((one) => isSure(one) && when(one)));
      return part;
    };
    const about = `seed ${SEED}, ${isolation}`;
    const before = both(({ endMs }) => endMs < fromMs).fault();
    assertEquals(before, undefined, `${about}, before`);
    const after = both(({ startMs }) => startMs > toMs).fault(states[at]);
    assertEquals(after, undefined, `${about}, after`);
  }
});

Deno.test("the lower levels read from a member that is cut off what it has, the upper ones wait", async () => {
  await cluster.reset();
  const victim = await cluster.follower();
  await using client = new Client({
    endpoints: victim.endpoint,
    keepAlive: false,
  });
  await using other = observer(cluster);
  other.setEndpoints(
    cluster.members.filter((member) => member !== victim)
      .map(({ directEndpoint }) => directEndpoint),
  );
  await client.put("behind", "old");
  await cluster.isolate(victim);
  await other.put("behind", "new");
  const read = (isolation: Isolation) =>
    stm(client, (tx) => tx.get("behind"), { isolation, timeoutMs: 1_500 });
  assertEquals((await read("readCommitted")).value, "old");
  // Compared at the end, with what all have.
  const upper = ISOLATIONS.slice(0, 3).map((isolation) =>
    assertRejects(() => read(isolation), TimeoutError)
  );
  await Promise.all(upper);
  await cluster.heal();
});
