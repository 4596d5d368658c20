import type { Clock } from "../../api/waiting/mod.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import {
  CompactedError,
  FutureRevisionError,
} from "../../errors/specific_errors.ts";
import { prefix } from "../../mod.ts";
import { Backoff, isWorthRepeating } from "../steps/mod.ts";
import { readSource } from "./_begin.ts";
import type { Copier, Copy } from "./_copies.ts";
import { differences } from "./_differences.ts";
import { type Limits, newPart } from "./_limits.ts";
import type { Patience } from "./_patience.ts";
import type { MirrorSettings } from "./_settings.ts";
import type { Status } from "./_status.ts";
import type { Target } from "./_target.ts";
import { writeAll } from "./_write_all.ts";

// Transactions under way at once: more do not go faster.
const AT_ONCE = 4;

/** Parts of a sync. */
export interface SyncParts {
  readonly settings: MirrorSettings;
  readonly source: Patience;
  readonly destination: Patience;
  readonly target: Target;
  readonly copier: Copier;
  readonly limits: Limits;
  readonly status: Status;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Makes the destination equal to the source at one revision, by differences. */
export async function sync(
  parts: SyncParts,
  reason: EtcdError | undefined,
): Promise<void> {
  const { clock, signal } = parts;
  const backoff = new Backoff(undefined, clock);
  for (;;) {
    try {
      return await syncOnce(parts, reason);
    } catch (error) {
      signal.throwIfAborted();
      // The history was compacted, or the source has gone back, meanwhile. What
      // was copied is not copied again.
      const isPassing = error instanceof CompactedError ||
        error instanceof FutureRevisionError || isWorthRepeating(error);
      if (!isPassing) throw error;
    }
    await backoff.pause(signal);
  }
}

async function syncOnce(
  parts: SyncParts,
  reason: EtcdError | undefined,
): Promise<void> {
  const { settings, target, status, copier, signal } = parts;
  const { prefix: from, destinationPrefix: to } = settings;
  const patience = parts.source;
  const now = await readSource(settings.source, { from, patience });
  const { revision, keys } = now;
  status.become({ kind: "syncing", revision, keys, reason });
  status.forgetHeard(revision);
  await target.write([], { phase: "syncing", revision });
  const copies = differences({
    source: parts.source.list(
      settings.source.list(prefix(from), { revision, signal }),
    ),
    destination: parts.destination.list(
      settings.target.list(prefix(to), { signal }),
    ),
    sourceCut: from.length,
    destinationCut: to.length,
  }, copier);
  await writeSide(copies, parts);
  await target.write([], { phase: "following", revision });
  status.equals(revision);
}

/** Writes copies in any order, some at once. */
async function writeSide(
  copies: AsyncIterable<Copy>,
  { target, limits, status }: SyncParts,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const send = async (part: readonly Copy[]) => {
    if (underWay.size >= AT_ONCE) await Promise.race(underWay);
    const written = writeAll(part, { target, limits, status })
      .finally(() => underWay.delete(written));
    // Whoever waits for all of them is told.
    written.catch(() => {});
    underWay.add(written);
  };
  try {
    let part = newPart();
    for await (const copy of copies) {
      if (limits.add(part, copy)) continue;
      await send(part.copies);
      part = newPart();
      limits.add(part, copy);
    }
    if (part.copies.length > 0) await send(part.copies);
    await Promise.all(underWay);
  } finally {
    await Promise.allSettled(underWay);
  }
}
