import { MappedWatch } from "../../api/keyspace/mod.ts";
import type { Watch, WatchBatch } from "../../mod.ts";
import type { Seen } from "./_seen.ts";

/** The place for what a watch sees, and where it begins. */
export interface MonotonicWatchParts {
  readonly seen: Seen;
  /** Events up to here were seen before it began. */
  readonly floor: bigint;
}

/** A watch whose events are noted when they are taken. */
export function monotonicWatch(
  watch: Watch,
  parts: MonotonicWatchParts,
): Watch {
  return new MappedWatch(watch, (batch) => noted(batch, parts));
}

/** Notes a batch; nothing is left of one that was seen before. */
function noted(
  batch: WatchBatch,
  { seen, floor }: MonotonicWatchParts,
): WatchBatch | undefined {
  const { header, origin } = batch;
  const events = origin === "relist" || floor === 0n
    ? batch.events
    : batch.events.filter(({ kv }) => kv.modRevision > floor);
  const last = events.at(-1);
  if (last !== undefined) seen.note(last.kv.modRevision);
  else if (batch.events.length > 0) return undefined;
  else seen.note(header.revision);
  return events === batch.events ? batch : { ...batch, events };
}
