import type { Key, LeaseRef } from "../../mod.ts";
import type { Codec } from "../codec/mod.ts";

/**
 * Makes the next value of a key from the one it has, which is `undefined` if
 * there is no such key. To give `undefined` leaves the key as it is, `null`
 * deletes it. It is called again after each conflict, so that it should do
 * nothing else.
 */
export type Change<T> = (
  old: T | undefined,
) => T | null | undefined | Promise<T | null | undefined>;

/**
 * The way to tell whose write it was, if the answer to one was lost and the
 * key's next change holds the very same bytes. etcd does not note who writes.
 *
 * - `throw`: that is left open. The error of the lost answer is thrown, and has
 *   `maybeCommitted`.
 * - `sameValue`: it counts as the own write. Right where nobody else writes
 *   the same bytes, as with an own name in them, and where it does not matter
 *   who did, as with a switch. Wrong for a counter, and for a delete that
 *   hands something out: a key that is gone does not tell who deleted it.
 * - `receipt`: a key that each write puts, with a random token, in the same
 *   transaction. It tells in any case, and stays in etcd. Many keys and many
 *   programs may share one.
 */
export type DoubtPolicy = "throw" | "sameValue" | { readonly receipt: Key };

/** Options of {@linkcode update}. */
export interface UpdateOptions {
  /**
   * The most times the function is called; a conflict costs one.
   *
   * @default {no limit}
   */
  readonly attempts?: number | undefined;
  /**
   * The lease to attach the key to, or its id; `0n` detaches it.
   *
   * @default {the one the key has}
   */
  readonly lease?: LeaseRef | undefined;
  /**
   * The way to tell whose a write was whose answer was lost.
   *
   * @default {"throw"}
   */
  readonly doubt?: DoubtPolicy | undefined;
  /** Ends it with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The time for everything in milliseconds, the function's included; `false`
   * for no limit.
   *
   * @default {30000}
   */
  readonly timeoutMs?: number | false | undefined;
}

/** Options of {@linkcode update} for values that are not text. */
export interface CodecUpdateOptions<T> extends UpdateOptions {
  /** Makes values of bytes, and bytes of values. @default {text} */
  readonly codec: Codec<T>;
}

/** The result of {@linkcode update}. */
export type UpdateResult<T> =
  | {
    /** Discriminator: the key was written. */
    readonly action: "put";
    /** The value that was written, as the function gave it. */
    readonly value: T;
    /** The revision that wrote it. */
    readonly revision: bigint;
    /** The times that the function was called. */
    readonly attempts: number;
  }
  | {
    /** Discriminator: the key was deleted. */
    readonly action: "delete";
    /** The revision that deleted it. */
    readonly revision: bigint;
    /** The times that the function was called. */
    readonly attempts: number;
  }
  | {
    /** Discriminator: nothing was written. */
    readonly action: "none";
    /** The value that the key has, if there is one. */
    readonly value: T | undefined;
    /** The revision at which it was read. */
    readonly revision: bigint;
    /** The times that the function was called. */
    readonly attempts: number;
  };
