import type { CodecError } from "../../errors/codec_error.ts";
import type {
  Bytes,
  EtcdError,
  HeartbeatOptions,
  Key,
  KeyValue,
} from "../../mod.ts";
import type { Codec } from "../codec/mod.ts";

/** A key of a view, with its value as the codec has made it. */
export interface ViewEntry<T> extends Omit<KeyValue, "value"> {
  /** The value. */
  readonly value: T;
}

/** A change of a key, as a view tells it. */
export type ViewChange<T> =
  | {
    /** Discriminator: the key was written. */
    readonly type: "put";
    /** The key. */
    readonly key: Bytes;
    /** The value now. */
    readonly value: T;
    /** The value before; `undefined` if the view did not have the key. */
    readonly previous: T | undefined;
    /** The revision that wrote it. */
    readonly revision: bigint;
  }
  | {
    /** Discriminator: the key was deleted, or its lease ended. */
    readonly type: "delete";
    /** The key. */
    readonly key: Bytes;
    /** The value before. */
    readonly previous: T | undefined;
    /**
     * The revision that deleted it. After a range was read again, the one at
     * which the key was found to be gone.
     */
    readonly revision: bigint;
  }
  | {
    /**
     * Discriminator: the key was written with a value that does not decode. The
     * view still has the value before.
     */
    readonly type: "invalid";
    /** The key. */
    readonly key: Bytes;
    /** Why it does not decode. */
    readonly error: CodecError;
    /** The value that the view has; `undefined` if it does not have the key. */
    readonly previous: T | undefined;
    /** The revision that wrote it. */
    readonly revision: bigint;
  };

/** The changes of one or more whole revisions, in order. */
export interface ViewUpdate<T> {
  /** The revision that the view had reached with them. */
  readonly revision: bigint;
  /** The changes; never none. */
  readonly changes: readonly ViewChange<T>[];
  /**
   * The source of the changes.
   *
   * - `stream`: every change, as it happened;
   * - `reread`: the history was compacted, or the store has gone back to an
   *   older state, and the range was read again: these are the differences;
   * - `coalesced`: the consumer was too slow, and only the last change of each
   *   key is left, with the value before the first one
   *   (`buffer.policy: "coalesce"`).
   */
  readonly origin: "stream" | "reread" | "coalesced";
}

/** The state of a view. */
export type ViewState =
  /** The range was read, and its changes are about to be followed. */
  | { readonly kind: "connecting" }
  /** The view follows the changes, from this endpoint. */
  | { readonly kind: "live"; readonly endpoint: string }
  /** The connection is lost; the view is as it was at its `revision`. */
  | { readonly kind: "reconnecting"; readonly reason: EtcdError }
  /** The changes since `revision` cannot be had: the range is read again. */
  | { readonly kind: "rereading"; readonly reason: EtcdError }
  /** The view has ended: for this reason, or by `close()` without one. */
  | { readonly kind: "closed"; readonly reason: unknown };

/** The buffer for a consumer of changes that is slower than they come. */
export interface ViewBufferOptions {
  /** The most changes to keep. @default {10000} */
  readonly changes?: number | undefined;
  /**
   * The behaviour when a change comes while there are so many.
   *
   * - `error`: the iteration gives those, then throws the code `watch_overflow`;
   * - `coalesce`: only the last change of each key is kept, in one update.
   *
   * @default {"error"}
   */
  readonly policy?: "error" | "coalesce" | undefined;
}

/** Options of {@linkcode View.changes}. */
export interface ChangesOptions {
  /** The buffer for a slow consumer. */
  readonly buffer?: ViewBufferOptions | undefined;
  /** Ends the iteration, which throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode View.waitFor}. */
export interface ViewWaitOptions {
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The time in milliseconds; `false` for no limit. @default {false} */
  readonly timeoutMs?: number | false | undefined;
}

/** Options of {@linkcode view}. */
export interface ViewOptions {
  /**
   * Called for each value that does not decode. If it is given, the view starts
   * without such keys; otherwise it does not start. Later the view keeps the
   * value before, with or without this function. An error that it throws
   * changes nothing, and becomes a warning of the process.
   */
  readonly onInvalid?: ((error: CodecError) => void) | undefined;
  /** Called after each change of state; errors as with `onInvalid`. */
  readonly onStateChange?: ((state: ViewState) => void) | undefined;
  /**
   * The heartbeat, which notices a connection that has silently died, as that of
   * a watch.
   *
   * @default {{ intervalMs: 10000, timeoutMs: 5000 }}
   */
  readonly heartbeat?: HeartbeatOptions | false | undefined;
  /** Ends the view, at any time. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode view} for values that are not text. */
export interface CodecViewOptions<T> extends ViewOptions {
  /** Makes values of bytes. @default {text} */
  readonly codec: Codec<T>;
}

/** The keys of a range as they are at one revision: an iterable, in their order. */
export interface ViewReader<T> extends Iterable<ViewEntry<T>> {
  /** The number of keys. */
  readonly size: number;
  /** The revision that it is at. It goes back only if the store has. */
  readonly revision: bigint;
  /**
   * The value of a key.
   *
   * @throws {InvalidOptionError} If the key is not in the range.
   */
  get(key: Key): T | undefined;
  /**
   * Whether there is a value for the key.
   *
   * @throws {InvalidOptionError} If the key is not in the range.
   */
  has(key: Key): boolean;
  /**
   * The value of a key, with its revisions and lease.
   *
   * @throws {InvalidOptionError} If the key is not in the range.
   */
  entry(key: Key): ViewEntry<T> | undefined;
  /** Iterates over the entries as they are now, whatever changes meanwhile. */
  [Symbol.iterator](): IterableIterator<ViewEntry<T>>;
}

/**
 * A range of keys in memory, kept up to date.
 *
 * At any time it equals a read of the range at its {@linkcode View.revision}, so
 * a transaction is seen whole or not at all. It lags behind etcd by the time an
 * event takes; {@linkcode View.waitFor} waits for a write that is known of. While
 * etcd cannot be reached it stays as it is, and its `state` says so.
 *
 * One exception: a key whose newest value does not decode keeps the value
 * before, see {@linkcode View.invalid}.
 *
 * After its end, reading throws: the reason of the end, or that it was closed.
 */
export interface View<T> extends ViewReader<T>, AsyncDisposable {
  /** The state now. */
  readonly state: ViewState;
  /** The keys whose newest value does not decode, each as an error. */
  readonly invalid: readonly CodecError[];
  /**
   * Iterates over every change after this call, in order and each once. The view
   * may be ahead of what the iteration has given. It ends when the view is
   * closed, and throws the reason if the view ends for one.
   *
   * @throws {InvalidOptionError} If an option is not acceptable.
   */
  changes(
    options?: ChangesOptions,
  ): AsyncIterableIterator<ViewUpdate<T>, undefined>;
  /**
   * Waits until the view has reached a revision, such as that of a write:
   * `(await client.put(key, value)).header.revision`. It need not be one that
   * changes the range.
   *
   * Throws the reason if the view ends, and that of a `signal` that is aborted.
   *
   * @throws {InvalidOptionError} If an argument or option is not acceptable.
   * @throws {TimeoutError} If `timeoutMs` is over.
   */
  waitFor(revision: bigint, options?: ViewWaitOptions): Promise<void>;
  /** Ends the view, and every iteration over changes. Idempotent. */
  close(): Promise<void>;
}
