import { encodeBytes, keyId } from "../../api/values/mod.ts";
import type { KeyValue } from "../../mod.ts";

/**
 * The state of the destination, by a checkpoint.
 *
 * - `following`: equal to the source at the revision.
 * - `applying`: on the way to the next revision, which is too large for one
 *   transaction.
 * - `syncing`: on the way to the revision, from anywhere.
 */
export type Phase = "following" | "applying" | "syncing";

/** The position of a mirror, as it stands in the target. */
export interface Position {
  readonly phase: Phase;
  readonly revision: bigint;
}

/** The way of the copies: in a checkpoint, bytes are a character each. */
export interface Route {
  /** The cluster of the source. */
  readonly cluster: string;
  readonly prefix: string;
  readonly destinationPrefix: string;
}

/** The mirror that has written a checkpoint, and which of its writes that was. */
export interface Author {
  readonly writer: string;
  readonly write: number;
}

/** A checkpoint, as it is read and written. */
export interface Checkpoint extends Position, Route, Author {}

const FORMAT = 1;

/** The route of a mirror: the whole keys, without regard to namespaces. */
export function routeOf(
  { clusterId, from, to }: {
    readonly clusterId: bigint;
    readonly from: Uint8Array;
    readonly to: Uint8Array;
  },
): Route {
  return {
    cluster: clusterId.toString(16),
    prefix: keyId(from),
    destinationPrefix: keyId(to),
  };
}

/** Whether two mirrors copy the same keys to the same place. */
export function isSameRoute(one: Route, other: Route): boolean {
  return one.cluster === other.cluster && one.prefix === other.prefix &&
    one.destinationPrefix === other.destinationPrefix;
}

/** The value of a checkpoint: JSON that people can read. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { phase, revision, cluster, prefix, destinationPrefix } = checkpoint;
  const { writer, write } = checkpoint;
  return encodeBytes(JSON.stringify({
    mirror: FORMAT,
    phase,
    revision: String(revision),
    cluster,
    prefix,
    destinationPrefix,
    writer,
    write,
  }));
}

/** The checkpoint in a value; nothing if it is something else. */
export function decodeCheckpoint({ value }: KeyValue): Checkpoint | undefined {
  try {
    const found = JSON.parse(value.text());
    const { mirror, phase, revision, write } = found;
    const { cluster, prefix, destinationPrefix, writer } = found;
    const isOne = mirror === FORMAT &&
      ["following", "applying", "syncing"].includes(phase) &&
      [revision, cluster, prefix, destinationPrefix, writer].every((text) =>
        typeof text === "string"
      ) && /^\d+$/.test(revision) && typeof write === "number";
    if (!isOne) return undefined;
    return {
      phase,
      revision: BigInt(revision),
      cluster,
      prefix,
      destinationPrefix,
      writer,
      write,
    };
  } catch {
    return undefined;
  }
}
