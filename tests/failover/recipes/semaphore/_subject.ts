import type { Client } from "../../../../mod.ts";
import { queueLength, untilQueued } from "../../locks/_subject.ts";

/** How many hold a permit of a semaphore, or wait for one. */
export function placesOf(client: Client, name: string): Promise<number> {
  return queueLength(client, `${name}/permits`);
}

/** Waits until there are so many. */
export function untilPlaces(
  client: Client,
  name: string,
  count: number,
): Promise<void> {
  return untilQueued(client, `${name}/permits`, count);
}
