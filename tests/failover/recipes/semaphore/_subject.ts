import { type Client, prefix } from "../../../../mod.ts";
import { waitFor } from "../../../harness/mod.ts";

/** How many hold a permit of a semaphore, or wait for one. */
export async function placesOf(client: Client, name: string): Promise<number> {
  return Number((await client.range(prefix(`${name}/permits/`))).count);
}

/** Waits until there are so many. */
export async function untilPlaces(
  client: Client,
  name: string,
  count: number,
): Promise<void> {
  await waitFor(
    `${count} places of ${name}`,
    async () => await placesOf(client, name) === count,
    // Programs may have to start before.
    { timeoutMs: 60_000 },
  );
}
