import { type Client, prefix } from "../../mod.ts";
import { waitFor } from "../harness/mod.ts";

/** How many stand in the queue of a lock, the holder included. */
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
    `a queue of ${length}`,
    async () => await queueLength(client, name) === length,
  );
}
