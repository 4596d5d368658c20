import type { Client } from "../../mod.ts";

/** What a recipe asks, when it begins or after an event, is answered by then. */
const ROUND_TRIPS = 3;

/**
 * Waits until a client has heard of all that was written before, and has had
 * answers since: who would go on at some of it has done so.
 *
 * A watch that begins in the past is looked after by etcd now and then, with
 * all that are behind. One of these stands for those that began before it. From
 * there on events come in the order of their revisions, whichever watch they
 * are for.
 */
export async function untilHeard(client: Client): Promise<void> {
  const key = `heard/${crypto.randomUUID()}`;
  await makeTrips(client, key);
  const { header } = await client.put(key, "behind");
  await using watch = client.watch(key, { startRevision: header.revision });
  const events = watch.events();
  await events.next();
  await client.put(key, "in order");
  await events.next();
  await makeTrips(client, key);
}

async function makeTrips(client: Client, key: string): Promise<void> {
  for (let made = 0; made < ROUND_TRIPS; made++) await client.get(key);
}
