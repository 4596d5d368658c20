import type { Client } from "../../../mod.ts";
import { sleep } from "../../../testing/wait/mod.ts";
import type { ClientSettings } from "../_protocol.ts";
import type { Tally } from "./tally.ts";

/** What every part of the load works with. */
export interface Load {
  readonly client: Client;
  readonly settings: ClientSettings;
  readonly tally: Tally;
  readonly random: () => number;
  /** Aborted when the load is to end. */
  readonly signal: AbortSignal;
  /** Gives a text that no other write has. */
  token(): string;
}

/** The keys that are watched. */
export const WATCHED = "soak/w/";
const KEYS = 20;

/** One of the keys that are watched. */
export function drawKey({ random }: Load): string {
  return `${WATCHED}${Math.floor(random() * KEYS)}`;
}

/** A whole number from `least` up to, but without, `limit`. */
export function draw(
  { random }: Load,
  { least, limit }: { readonly least: number; readonly limit: number },
): number {
  return least + Math.floor(random() * (limit - least));
}

/**
 * Starts a task every so often, unless too many are under way, until the load
 * is to end; resolves when the last one has ended.
 */
export async function pace(
  load: Load,
  { everyMs, atMost, task }: {
    readonly everyMs: number;
    readonly atMost: number;
    readonly task: (load: Load) => Promise<void>;
  },
): Promise<void> {
  const under = new Set<Promise<void>>();
  while (!load.signal.aborted) {
    if (under.size < atMost) {
      const one = task(load)
        .catch((error) => load.tally.fault(`${task.name} threw ${error}`))
        .finally(() => under.delete(one));
      under.add(one);
    }
    await sleep(everyMs);
  }
  await Promise.all(under);
}
