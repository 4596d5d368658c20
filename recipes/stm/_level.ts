import type { Isolation } from "./types.ts";

/** The meaning of a level of isolation. */
export interface Level {
  /** Whether all reads of a run are of one revision. */
  readonly hasSnapshot: boolean;
  /** The part of the reads that must still be so at the commit. */
  readonly compares: "all" | "keys" | "nothing";
  /** Whether keys that are written must not have changed since the snapshot. */
  readonly guardsWrites: boolean;
}

/** The levels of isolation. */
export const LEVELS: Readonly<Record<Isolation, Level>> = {
  serializableSnapshot: {
    hasSnapshot: true,
    compares: "all",
    guardsWrites: true,
  },
  serializable: { hasSnapshot: true, compares: "all", guardsWrites: false },
  repeatableReads: {
    hasSnapshot: false,
    compares: "keys",
    guardsWrites: false,
  },
  readCommitted: {
    hasSnapshot: false,
    compares: "nothing",
    guardsWrites: false,
  },
};
