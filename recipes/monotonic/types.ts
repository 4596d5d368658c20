import type { Key, Keyspace } from "../../mod.ts";

/** Options of {@linkcode monotonic}. */
export interface MonotonicOptions {
  /**
   * A revision that was seen elsewhere: by another program, which has sent it
   * along, or before a restart.
   *
   * @default {0n}
   */
  readonly seenRevision?: bigint | undefined;
  /**
   * The behaviour when each member that was asked is behind.
   *
   * - `linearizable`: the read is made once more, as one that the members agree
   *   on.
   * - `error`: a `StaleReadError` at once, as where an answer without a quorum
   *   is the point.
   *
   * @default {"linearizable"}
   */
  readonly onStale?: "linearizable" | "error" | undefined;
  /**
   * The behaviour when the store itself is behind what was seen: an older
   * snapshot was restored.
   *
   * - `error`: reads throw a `HistoryLostError`, until
   *   {@linkcode MonotonicKeyspace.forget} is called or the store has passed
   *   that revision again.
   * - `forget`: what was seen is forgotten, and the read has its answer.
   *
   * @default {"error"}
   */
  readonly onHistoryLost?: "error" | "forget" | undefined;
}

/** The keys of a keyspace, read without going back in time. */
export interface MonotonicKeyspace extends Keyspace {
  /** The newest revision that was seen, by this and its namespaces. */
  readonly seenRevision: bigint;
  /**
   * Takes note of a revision that was seen elsewhere. From then on no read goes
   * behind it.
   *
   * @throws {InvalidOptionError} If it is no revision.
   */
  observe(revision: bigint): void;
  /** Forgets what was seen, say as an older snapshot was restored on purpose. */
  forget(): void;
  /** The keys below a prefix. What is seen there is seen here, too. */
  namespace(prefix: Key): MonotonicKeyspace;
}
