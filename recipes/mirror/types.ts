import type { EtcdError, HeartbeatOptions, Key } from "../../mod.ts";

/**
 * The behaviour where the destination has keys, or a checkpoint, that this
 * mirror has not made.
 *
 * - `refuse`: `mirror()` throws.
 * - `replace`: the keys are made equal to those of the source, and what the
 *   source does not have is deleted.
 */
export type ExistingPolicy = "refuse" | "replace";

/** The progress of a mirror. */
export interface MirrorProgress {
  /**
   * The revision of the source that the destination is equal to; 0 until it is
   * for the first time. While a mirror is `syncing`, the one before.
   */
  readonly revision: bigint;
  /**
   * The revisions that the source is ahead by, as far as the mirror has heard.
   * Those that change other keys only are among them.
   */
  readonly lagRevisions: bigint;
  /** The keys that it has written or deleted since it was started. */
  readonly keys: number;
}

/** The state of a mirror. */
export type MirrorState =
  /** The mirror reads its checkpoint. */
  | { readonly kind: "starting" }
  /**
   * The mirror makes the destination equal to the source at a revision. `reason` is why
   * the changes could not be followed; nothing at the start.
   */
  | {
    readonly kind: "syncing";
    /** The revision of the source. */
    readonly revision: bigint;
    /** The number of keys of the source at that revision. */
    readonly keys: bigint;
    readonly reason: EtcdError | undefined;
  }
  /** The mirror follows the changes. */
  | { readonly kind: "following" }
  /** One side cannot be reached, and is tried again. */
  | {
    readonly kind: "interrupted";
    readonly side: "source" | "target";
    readonly reason: EtcdError;
  }
  /** The mirror has ended: by `close()`, or for this reason. */
  | { readonly kind: "closed"; readonly reason: unknown };

/** Options of {@linkcode mirror}. */
export interface MirrorOptions {
  /** The keys of the source that are copied. @default {all keys} */
  readonly prefix?: Key | undefined;
  /**
   * The prefix in place of `prefix` in the destination; empty to leave it out.
   *
   * @default {the same as `prefix`}
   */
  readonly destinationPrefix?: Key | undefined;
  /**
   * The key of the target that says how far the mirror is. It is written in the
   * same transactions as the copies. Each mirror needs one of its own.
   */
  readonly checkpoint: Key;
  /**
   * The behaviour where the destination has keys that this mirror has not made.
   *
   * @default {"refuse"}
   */
  readonly existing?: ExistingPolicy | undefined;
  /**
   * The most operations that the target takes in one transaction, which is the
   * flag `--max-txn-ops` of etcd; from 2 on.
   *
   * @default {128}
   */
  readonly maxTxnOps?: number | undefined;
  /**
   * The heartbeat of the watch on the source, as that of any watch.
   *
   * @default {{ intervalMs: 10000, timeoutMs: 5000 }}
   */
  readonly heartbeat?: HeartbeatOptions | false | undefined;
  /**
   * Called after each write to the target, and when the lag changes. An error
   * that it throws changes nothing, and becomes a warning of the process.
   */
  readonly onProgress?: ((progress: MirrorProgress) => void) | undefined;
  /** Called after each change of state; errors as with `onProgress`. */
  readonly onStateChange?: ((state: MirrorState) => void) | undefined;
  /** Ends the mirror with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode Mirror.waitFor}. */
export interface MirrorWaitOptions {
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The time in milliseconds; `false` for no limit. @default {false} */
  readonly timeoutMs?: number | false | undefined;
}

/** A range of keys that is copied and kept up to date: made by `mirror()`. */
export interface Mirror extends AsyncDisposable {
  /** The state now. */
  readonly state: MirrorState;
  /** The progress up to now. */
  readonly progress: MirrorProgress;
  /**
   * Resolves when the mirror was closed, and rejects with the reason if it has
   * ended for one. Nobody has to wait for it.
   */
  readonly ended: Promise<void>;
  /**
   * Waits until the destination is equal to the source at a revision, such as
   * that of the last write before a move: `(await source.put(key,
   * value)).header.revision`. With `1n`, until it is for the first time.
   *
   * Throws the reason if the mirror ends, and that of a `signal` that is aborted.
   *
   * @throws {InvalidOptionError} If an argument or option is not acceptable.
   * @throws {TimeoutError} If `timeoutMs` is over.
   */
  waitFor(revision: bigint, options?: MirrorWaitOptions): Promise<void>;
  /**
   * Ends the mirror. The copies and the checkpoint stay, and another mirror
   * goes on from there. Idempotent.
   */
  close(): Promise<void>;
}
