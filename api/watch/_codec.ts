import {
  type Event,
  EventType,
  FilterType,
  type WatchCreateRequestInit,
  type WatchRequestInit,
} from "../../proto/gen/messages.ts";
import { fromBigInt, toBigInt } from "../../proto/int64.ts";
import { type EtcdRange, toOneOfMany } from "../values/mod.ts";
import type { WatchEvent, WatchOptions } from "./types.ts";

/** The part of a create request that stays the same on every stream. */
export function createTemplate(
  range: EtcdRange,
  options: WatchOptions,
): WatchCreateRequestInit {
  const filters: FilterType[] = [];
  // A relisting watch has to know all keys, and filters by itself.
  if (options.onCompaction !== "relist") {
    if (options.noPut) filters.push(FilterType.NOPUT);
    if (options.noDelete) filters.push(FilterType.NODELETE);
  }
  return {
    ...range,
    filters,
    prevKv: options.prevKv,
    progressNotify: options.progressNotify,
    fragment: options.fragment ?? true,
  };
}

/** Asks for a watch under an id of our choice. */
export function createRequest(
  template: WatchCreateRequestInit,
  { watchId, startRevision }: {
    readonly watchId: bigint;
    readonly startRevision: bigint | undefined;
  },
): WatchRequestInit {
  return {
    createRequest: {
      ...template,
      watchId: fromBigInt(watchId),
      startRevision: fromBigInt(startRevision ?? 0n),
    },
  };
}

/** Asks for the end of a watch. */
export function cancelRequest(watchId: bigint): WatchRequestInit {
  return { cancelRequest: { watchId: fromBigInt(watchId) } };
}

/** Asks for the stream's progress. */
export const PROGRESS_REQUEST: WatchRequestInit = { progressRequest: {} };

/**
 * The events from a revision on, copied out of their frame. The pair before is
 * left out unless it was asked for: kine sends it always.
 */
export function eventsFrom(
  next: bigint,
  events: readonly Event[],
  { prevKv: asked = false }: Pick<WatchOptions, "prevKv">,
): readonly WatchEvent[] {
  const copied: WatchEvent[] = [];
  for (const { type, kv, prevKv } of events) {
    if (!kv || toBigInt(kv.modRevision) < next) continue;
    copied.push({
      type: type === EventType.PUT ? "put" : "delete",
      kv: toOneOfMany(kv),
      prevKv: asked && prevKv ? toOneOfMany(prevKv) : undefined,
    });
  }
  return copied;
}
