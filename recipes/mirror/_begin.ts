import { between, bounds } from "../../api/values/mod.ts";
import { type Keyspace, prefix } from "../../mod.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  isSameRoute,
  type Position,
  type Route,
  routeOf,
} from "./_checkpoint.ts";
import { existingKeysError, foreignCheckpointError } from "./_errors.ts";
import type { Patience } from "./_patience.ts";
import { checkApart, type MirrorSettings, wholePrefixes } from "./_settings.ts";
import type { Status } from "./_status.ts";
import { Displaced, type Target, type TargetState } from "./_target.ts";

/** The source as it is now. */
export interface SourceState {
  readonly revision: bigint;
  readonly clusterId: bigint;
  /** The number of keys in the range. */
  readonly keys: bigint;
}

/** Asks the source for its revision, and the number of keys. */
export async function readSource(
  ks: Keyspace,
  { from, patience }: {
    readonly from: Uint8Array;
    readonly patience: Patience;
  },
): Promise<SourceState> {
  const range = between(bounds(prefix(from)));
  const { answer: { header, count: keys } } = await patience.until((options) =>
    ks.range(range, { ...options, countOnly: true })
  );
  const { revision, clusterId } = header;
  return { revision, clusterId, keys };
}

/** Parts of the beginning of a mirror. */
export interface BeginParts {
  readonly settings: MirrorSettings;
  readonly target: Target;
  readonly status: Status;
  /** For the source. */
  readonly patience: Patience;
}

/**
 * Reads both sides, decides where the mirror goes on, and makes the checkpoint
 * its own. Refuses what it must not overwrite.
 */
export async function begin(parts: BeginParts): Promise<void> {
  const { settings, target, status, patience } = parts;
  for (;;) {
    const from = settings.prefix;
    const source = await readSource(settings.source, { from, patience });
    const there = await target.read();
    if (source.clusterId === there.header.clusterId) checkApart(settings);
    const { clusterId } = source;
    const route = routeOf({ clusterId, ...wholePrefixes(settings) });
    const found = ownCheckpoint(settings, { there, route });
    const position = positionFrom(found, source);
    try {
      await target.claim(there, { route, position });
    } catch (error) {
      if (error instanceof Displaced) continue;
      throw error;
    }
    status.heard(source.revision);
    if (position.phase === "following") status.equals(position.revision);
    return;
  }
}

/** The checkpoint to go on from. */
function ownCheckpoint(
  { existing, shown }: MirrorSettings,
  { there, route }: { readonly there: TargetState; readonly route: Route },
): Checkpoint | undefined {
  const { checkpoint, existing: key } = there;
  const found = checkpoint && decodeCheckpoint(checkpoint);
  if (found !== undefined && isSameRoute(found, route)) return found;
  if (existing === "replace") return undefined;
  if (checkpoint !== undefined) {
    throw foreignCheckpointError(
      shown.checkpoint,
      found === undefined
        ? "something else"
        : `that of a mirror from ${
          JSON.stringify(found.prefix)
        } of cluster ${found.cluster} to ${
          JSON.stringify(found.destinationPrefix)
        }`,
    );
  }
  if (key !== undefined) {
    throw existingKeysError(
      shown.destination,
      JSON.stringify(key.key.text()),
    );
  }
  return undefined;
}

/** The position to go on from: by the changes since then, or from anywhere. */
function positionFrom(
  found: Checkpoint | undefined,
  source: SourceState,
): Position {
  if (
    found === undefined || found.phase === "syncing" ||
    found.revision > source.revision
  ) return { phase: "syncing", revision: source.revision };
  return { phase: found.phase, revision: found.revision };
}
