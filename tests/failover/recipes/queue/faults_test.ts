// Items while their consumers are killed and frozen, and links and members fail:
// each one is accounted for.
// By hand, for longer: deno task test --minutes 10 FILE
import { assert, assertEquals } from "@std/assert";
import { Client, EtcdError, prefix } from "../../../../mod.ts";
import { sleep, waitFor } from "../../../harness/mod.ts";
import { observer } from "../../../scenarios/steps/clients.ts";
import { cluster, startThreeMembers } from "../../_three_members.ts";
import {
  programStart,
  say,
  startWorkers,
  suffer,
  TTL_SECONDS,
} from "../_faults.ts";
import { type AnyQueue, KINDS, type QueueKind } from "./_kinds.ts";
import { Ledger } from "./_ledger.ts";

const CONSUMERS = 4;
const ENOUGH = 100;

startThreeMembers();

/** Takes items, and says so. */
function consumer({ imported }: QueueKind, name: string): string {
  return `${programStart(`${imported}, text`)}
for (;;) {
  try {
    await using session = await client.session({ ttlSeconds: ${TTL_SECONDS} });
    console.log("session", session.lease.id.toString());
    await using jobs = ${imported}(client, "${name}", { codec: text, session });
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
  jobs: AnyQueue,
  ledger: Ledger,
  stop: AbortSignal,
): Promise<void> {
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

for (const kind of KINDS) {
  Deno.test(`every item of a ${kind.kind} is consumed once, or missing for a reason, while consumers, links and members fail`, async () => {
    await cluster.reset();
    const name = kind.imported;
    await using other = observer(cluster);
    await using client = new Client({
      endpoints: cluster.endpoints,
      dialTimeoutMs: 1_000,
      requestTimeoutMs: 2_000,
      keepAlive: false,
    });
    await using jobs = kind.open(client, name);
    const { header } = await other.range(prefix(`${name}/`));
    const ledger = new Ledger(name);
    await using workers = await startWorkers(consumer(kind, name), {
      count: CONSUMERS,
      ready: /^session/,
    });
    const stop = new AbortController();
    const producing = produce(jobs, ledger, stop.signal);
    const fates = await suffer(workers);
    await waitFor("enough items", () => workers.lines.length > ENOUGH, {
      timeoutMs: 60_000,
    });
    stop.abort();
    await producing;
    await waitFor(
      "an empty queue",
      async () => (await other.range(prefix(`${name}/`))).count === 0n,
      { timeoutMs: 30_000 },
    );
    // What was taken before has been handed over.
    await waitFor("idle consumers", async () => {
      const { count } = await other.range(prefix(`__${name}/turn/`));
      return count === BigInt(CONSUMERS);
    }, { timeoutMs: 30_000 });
    await ledger.readHistory(other, header.revision + 1n);
    const account = ledger.account(workers.all);
    say(`${JSON.stringify(account.counts)} ${fates}`);
    assertEquals(account.faults, []);
    assert(account.counts.consumed > ENOUGH / 2, `${account.counts.consumed}`);
  });
}
