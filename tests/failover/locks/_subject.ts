import { type Client, op, prefix, type Session } from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";

/** How many stand in a queue, such as that of a lock, holders included. */
export async function queueLength(
  client: Client,
  name: string,
): Promise<number> {
  return Number((await client.range(prefix(`${name}/`))).count);
}

/** Waits until so many stand there. */
export async function untilQueued(
  client: Client,
  name: string,
  length: number,
): Promise<void> {
  await waitFor(
    `a queue of ${length} at ${name}`,
    async () => await queueLength(client, name) === length,
    // Programs may have to start before.
    { timeoutMs: 60_000 },
  );
}

/** Waits until a session has its entry there, whoever else has. */
export async function holdOf(
  client: Client,
  name: string,
  { lease }: Session,
): Promise<void> {
  const key = `${name}/${lease.id.toString(16)}`;
  await waitFor(
    `the entry ${key}`,
    async () => await client.get(key) !== undefined,
  );
}

// As many as etcd takes in a transaction.
const MOST_OPERATIONS = 128;

/** Puts keys that start with a text, many with each revision. */
export async function leaveKeys(
  client: Client,
  start: string,
  count: number,
): Promise<void> {
  const keys = Array.from({ length: count }, (_, at) => `${start}${at}`);
  for (let at = 0; at < count; at += MOST_OPERATIONS) {
    const some = keys.slice(at, at + MOST_OPERATIONS);
    await client.txn({ then: some.map((key) => op.put(key, "")) });
  }
}
