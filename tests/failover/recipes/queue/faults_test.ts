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

/** Takes items of both kinds of queues, and says so. */
function consumer(): string {
  return `${programStart("priorityQueue, queue, text")}
for (;;) {
  try {
    await using session = await client.session({ ttlSeconds: ${TTL_SECONDS} });
    console.log("session", session.lease.id.toString());
    const options = { codec: text, session };
    await using plain = queue(client, "queue", options);
    await using urgent = priorityQueue(client, "priorityQueue", options);
    const take = async (jobs, name) => {
      for await (const { value } of jobs) console.log("got", name, value);
    };
    const both = [take(plain, "queue"), take(urgent, "priorityQueue")];
    try {
      await Promise.all(both);
    } finally {
      // Each has items of its own to tell about, and so has each end.
      const ends = [plain.close(), urgent.close(), ...both];
      for (const { reason } of await Promise.allSettled(ends)) tell(reason);
    }
  } catch (error) {
    tell(error);
  }
}
function tell(error) {
  if (error === undefined) return;
  console.log("error", Deno.inspect(error).replaceAll("\\n", " "));
  if (error instanceof EtcdError || error instanceof SuppressedError) return;
  throw error;
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

/** A queue, who puts its items, and what has become of them. */
class Subject implements AsyncDisposable {
  readonly name: string;
  readonly ledger: Ledger;
  readonly #jobs: AnyQueue;
  #producing: Promise<void> = Promise.resolve();

  constructor(client: Client, { imported, open }: QueueKind) {
    this.name = imported;
    this.ledger = new Ledger(imported);
    this.#jobs = open(client, imported);
  }

  produce(stop: AbortSignal): void {
    this.#producing = produce(this.#jobs, this.ledger, stop);
  }

  /** Waits until no item is left, and nobody has one on its way. */
  async rest(client: Client): Promise<void> {
    await this.#producing;
    await waitFor(
      "an empty queue",
      async () => (await client.range(prefix(`${this.name}/`))).count === 0n,
      { timeoutMs: 30_000 },
    );
    await waitFor("idle consumers", async () => {
      const { count } = await client.range(prefix(`__${this.name}/turn/`));
      return count === BigInt(CONSUMERS);
    }, { timeoutMs: 30_000 });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#jobs.close();
  }
}

Deno.test("every item is consumed once, or missing for a reason, while consumers, links and members fail", async () => {
  await cluster.reset();
  await using other = observer(cluster);
  await using stack = new AsyncDisposableStack();
  const client = stack.use(
    new Client({
      endpoints: cluster.endpoints,
      dialTimeoutMs: 1_000,
      requestTimeoutMs: 2_000,
      keepAlive: false,
    }),
  );
  const { header } = await other.range("queue");
  const subjects = KINDS.map((kind) => stack.use(new Subject(client, kind)));
  const workers = stack.use(
    await startWorkers(consumer(), { count: CONSUMERS, ready: /^session/ }),
  );
  const stop = new AbortController();
  for (const subject of subjects) subject.produce(stop.signal);
  const fates = await suffer(workers);
  await waitFor(
    "enough items",
    () =>
      subjects.every(({ name }) =>
        workers.lines.filter((line) => line.startsWith(`got ${name} `)).length >
          ENOUGH
      ),
    { timeoutMs: 60_000 },
  );
  stop.abort();
  for (const subject of subjects) await subject.rest(other);
  for (const { name, ledger } of subjects) {
    await ledger.readHistory(other, header.revision + 1n);
    const account = ledger.account(workers.all);
    say(`${name}: ${JSON.stringify(account.counts)} ${fates}`);
    const told = workers.lines.filter((line) => line.startsWith("error "));
    assertEquals(account.faults, [], told.join("\n"));
    assert(account.counts.consumed > ENOUGH / 2, `${account.counts.consumed}`);
  }
});
