import { type Client, prefix } from "../../../../mod.ts";
import { waitFor } from "../../../harness/mod.ts";

/** Waits until so many hold a read-write lock, or wait for it. */
export async function untilPlaces(
  client: Client,
  name: string,
  count: number,
): Promise<void> {
  await waitFor(
    `${count} places of ${name}`,
    async () =>
      (await client.range(prefix(`${name}/`))).count === BigInt(count),
    { timeoutMs: 60_000 },
  );
}
