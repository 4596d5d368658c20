// Items while their consumers are killed and frozen, and links and members fail:
// each one is accounted for.
// By hand, for longer: deno task test --minutes 10 FILE
import { assert, assertEquals } from "@std/assert";
import { Client, EtcdError, prefix } from "../../../../mod.ts";
import { queue, text } from "../../../../recipes/mod.ts";
import { sleep, waitFor } from "../../../harness/mod.ts";
import {
  drawFaults,
  injectFault,
} from "../../../harness/cluster/fault_schedule.ts";
import { observer } from "../../../scenarios/steps/clients.ts";
import { seededRandom } from "../../../unit/support/_fake_clock.ts";
import { cluster, startThreeMembers } from "../../_three_members.ts";
import { Workers } from "../_workers.ts";
import { Ledger } from "./_ledger.ts";

const MINUTES = Number(Deno.env.get("ETCDENO_MATRIX_MINUTES") ?? 0.07);
const SEED = Number(
  Deno.env.get("ETCDENO_MATRIX_SEED") ?? Math.floor(Math.random() * 2 ** 31),
);
const TTL_SECONDS = 2;
const ENOUGH = 100;

startThreeMembers();

/** Takes items, and says so. */
function consumer(endpoints: readonly string[]): string {
  return `
import { Client, EtcdError } from "@etcdeno/client";
import { queue, text } from "@etcdeno/client/recipes";
const client = new Client({
  endpoints: ${JSON.stringify(endpoints)},
  dialTimeoutMs: 1_000,
  requestTimeoutMs: 2_000,
});
console.log("ready");
for (;;) {
  try {
    await using session = await client.session({ ttlSeconds: ${TTL_SECONDS} });
    console.log("session", session.lease.id.toString());
    await using jobs = queue(client, "jobs", { codec: text, session });
    for await (const { value } of jobs) console.log("got", value);
  } catch (error) {
    console.log("error", Deno.inspect(error).replaceAll("\\n", " "));
    if (!(error instanceof EtcdError || error instanceof SuppressedError)) {
      throw error;
    }
  }
}`;
}

/** Puts items until it is told to stop. */
async function produce(
  client: Client,
  ledger: Ledger,
  stop: AbortSignal,
): Promise<void> {
  await using jobs = queue(client, "jobs", { codec: text });
  for (let at = 0; !stop.aborted; at++) {
    const value = `item ${at}`;
    try {
      const { key } = await jobs.enqueue(value, { timeoutMs: 5_000 });
      ledger.put(value, key.text());
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      if (error.maybeCommitted) ledger.mayBePut(value);
    }
    // Some of the time there are more consumers than items.
    await sleep(at % 40 < 30 ? 0 : 30);
  }
}

Deno.test("every item is consumed once, or missing for a reason, while consumers, links and members fail", async () => {
  await cluster.reset();
  say(`seed ${SEED}, ${MINUTES} min`);
  await using other = observer(cluster);
  await using client = new Client({
    endpoints: cluster.endpoints,
    dialTimeoutMs: 1_000,
    requestTimeoutMs: 2_000,
    keepAlive: false,
  });
  const { header } = await other.range(prefix("jobs/"));
  const ledger = new Ledger();
  await using workers = new Workers(consumer(cluster.endpoints));
  await workers.start(4, /^session/);
  const random = seededRandom(SEED);
  const endsAt = performance.now() + MINUTES * 60_000;
  const faults = drawFaults(seededRandom(SEED + 1), cluster.members.length);
  const stop = new AbortController();
  const producing = produce(client, ledger, stop.signal);
  const fates: string[] = [];
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
  await waitFor("enough items", () => workers.lines.length > ENOUGH, {
    timeoutMs: 60_000,
  });
  stop.abort();
  await producing;
  await waitFor(
    "an empty queue",
    async () => (await other.range(prefix("jobs/"))).count === 0n,
    { timeoutMs: 30_000 },
  );
  // One more, for each: what was taken before has been handed over.
  await waitFor("idle consumers", async () => {
    const { count } = await other.range(prefix("__jobs/turn/"));
    return count === 4n;
  }, { timeoutMs: 30_000 });
  await ledger.readHistory(other, header.revision + 1n);
  const account = ledger.account(workers.all);
  say(`${JSON.stringify(account.counts)} ${fates}`);
  assertEquals(account.faults, []);
  assert(account.counts.consumed > ENOUGH / 2, `${account.counts.consumed}`);
});

/** Under the name of the test. */
function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
