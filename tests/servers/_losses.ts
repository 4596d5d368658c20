import { assert, assertEquals } from "@std/assert";
import { type BalancerName, EtcdError, prefix } from "../../mod.ts";
import { sleep } from "../harness/mod.ts";
import { type Check, writtenAgain } from "./_check.ts";
import type { Subject } from "./_subject.ts";

const BALANCERS: readonly BalancerName[] = ["grpc1.0", "grpc1.7", "grpc1.23"];
const WRITERS = 16;
const KILLS = 6;
const TIMEOUT_MS = 2_000;

/** What members do to puts. */
export const LOSS_CHECKS: readonly Check[] = [
  { title: "a server killed under puts, six times", run: kills },
];

interface Failed {
  readonly key: string;
  readonly error: EtcdError;
}

/**
 * Puts unique keys under all strategies at once while one server after another
 * is killed, and holds what each put said against what there is in the end.
 */
async function kills(subject: Subject): Promise<string> {
  await using direct = subject.direct();
  const at = subject.fresh();
  const acknowledged: string[] = [];
  const failed: Failed[] = [];
  let over = false;
  let serial = 0;
  const clients = BALANCERS.map((balancer) =>
    subject.client({ balancer, requestTimeoutMs: TIMEOUT_MS }).client
  );
  const write = async (client: typeof clients[number]) => {
    while (!over) {
      serial++;
      const key = `${at}${serial}`;
      try {
        await client.put(key, "1");
        acknowledged.push(key);
      } catch (error) {
        if (!(error instanceof EtcdError)) throw error;
        failed.push({ key, error });
        // Not a busy loop where all is refused at once.
        await sleep(10);
      }
    }
  };
  const writers = clients.flatMap((client) =>
    Array.from({ length: WRITERS }, () => write(client))
  );
  const { servers } = subject;
  for (let kill = 0; kill < KILLS; kill++) {
    const server = servers[kill % servers.length];
    await sleep(300);
    await server?.kill();
    await sleep(700);
    await server?.restart();
  }
  over = true;
  await Promise.all(writers);
  for (const client of clients) await client.close();
  // What is still under way in front of etcd may arrive yet.
  await sleep(TIMEOUT_MS);
  const { kvs } = await direct.range(prefix(at));
  const there = new Set(kvs.map(({ key }) => key.text()));
  const twice = kvs.filter(writtenAgain);
  const lost = acknowledged.filter((key) => !there.has(key));
  const untrue = failed.filter(({ key, error }) =>
    !error.maybeCommitted && there.has(key)
  ).map(({ key, error }) => `${key}: ${error.message}`);
  assertEquals(twice.map(({ key }) => key.text()), [], "none twice");
  assertEquals(lost, [], "none lost");
  assertEquals(untrue, [], "each `maybeCommitted: false` is true");
  assert(acknowledged.length > 100, `${acknowledged.length} acknowledged`);
  const doubtful = failed.filter(({ error }) => error.maybeCommitted);
  const applied = doubtful.filter(({ key }) => there.has(key)).length;
  const refused =
    doubtful.filter(({ key, error }) =>
      there.has(key) && /refused by server/.test(error.message)
    ).length;
  return `✔ ${serial} puts, ${failed.length} failed, ${doubtful.length} in doubt of which ${applied} were applied${
    refused === 0 ? "" : ` (${refused} after REFUSED_STREAM)`
  }; none twice`;
}
