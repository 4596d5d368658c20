import { CompactedError, LockLostError } from "../errors/specific_errors.ts";
import { insist } from "./_session_insist.ts";
import { encodeBytes } from "./bytes.ts";
import type { Keyspace } from "./keyspace.ts";
import { type KeyRange, prefix, type Value } from "./keys.ts";
import type { KeyValue } from "./key_value.ts";
import type { RangeOptions } from "./kv_types.ts";
import type { Lease } from "./lease_types.ts";
import { compare, op } from "./txn.ts";
import type { Comparison, Operation, Txn, TxnResult } from "./txn_types.ts";

/** What a place in a queue needs of the keys. */
export type QueueKeys = Pick<Keyspace, "kv" | "watch">;

// Of a lease that lives for hours, a try need not take as long.
const LONGEST_TRY_MS = 30_000;

const FIRST: RangeOptions = {
  sortBy: "create",
  order: "ascend",
  limit: 1,
  keysOnly: true,
};

/**
 * The place of a session in the queue for a name: a key of its lease below
 * the name, in the order of creation. Whose place is the first one has it.
 * The layout is that of Go's `concurrency` package.
 */
export class Place {
  readonly key: Uint8Array;
  readonly #keys: QueueKeys;
  readonly #lease: Lease;
  readonly #queue: KeyRange;
  readonly #tryMs: number;
  #state: "outside" | "in doubt" | "inside" = "outside";
  #revision = 0n;
  /** The newest revision at which it was seen. */
  #seenAt = 0n;
  #leaving: Promise<void> | undefined;

  constructor(keys: QueueKeys, lease: Lease, name: Uint8Array) {
    this.#keys = keys;
    this.#lease = lease;
    const slash = encodeBytes("/");
    this.#queue = prefix(Uint8Array.of(...name, ...slash));
    const id = encodeBytes(lease.id.toString(16));
    this.key = Uint8Array.of(...name, ...slash, ...id);
    // Shorter than a lease lives, so that another member can be tried.
    this.#tryMs = Math.min(lease.ttlSeconds * 1_000 / 3, LONGEST_TRY_MS);
  }

  /** The revision at which it was created. */
  get revision(): bigint {
    return this.#revision;
  }

  /** Holds as long as the place exists. */
  get guard(): Comparison {
    return compare.createRevision(this.key, "=", this.#revision);
  }

  /** Takes the place at the end of the queue; whether that is the first. */
  async enter(value: Value, signal: AbortSignal): Promise<boolean> {
    this.#state = "in doubt";
    const { key } = this;
    const { header, succeeded, results } = await this.#txn({
      if: [compare.createRevision(key, "=", 0n)],
      then: [
        op.put(key, value, { lease: this.#lease.id }),
        op.range(this.#queue, FIRST),
      ],
      // Ours all the same: the answer to an earlier attempt was lost.
      else: [op.range(key), op.range(this.#queue, FIRST)],
    }, signal);
    const own = succeeded ? undefined : results[0].kvs[0];
    this.#entered(own?.createRevision ?? header.revision, header.revision);
    if (own !== undefined) await this.#rewrite(own, value, signal);
    return results[1].kvs[0]?.createRevision === this.#revision;
  }

  /** Takes the place only if the queue is empty; whether it was. */
  async enterIfFirst(value: Value, signal: AbortSignal): Promise<boolean> {
    this.#state = "in doubt";
    const { key } = this;
    const { header, succeeded, results } = await this.#txn({
      // Holds for a range without any key.
      if: [compare.createRevision(this.#queue, "=", 0n)],
      then: [op.put(key, value, { lease: this.#lease.id })],
      else: [op.range(this.#queue, FIRST)],
    }, signal);
    if (succeeded) {
      this.#entered(header.revision, header.revision);
      return true;
    }
    const first = results[0].kvs[0];
    if (first === undefined || !sameBytes(first.key, key)) {
      this.#state = "outside";
      return false;
    }
    this.#entered(first.createRevision, header.revision);
    return true;
  }

  /** Waits until it is the first. */
  async turn(signal: AbortSignal): Promise<void> {
    for (;;) {
      const { header, succeeded, results } = await this.#txn({
        if: [this.guard],
        then: [
          op.range(this.#queue, {
            maxCreateRevision: this.#revision - 1n,
            sortBy: "create",
            order: "descend",
            limit: 1,
            keysOnly: true,
          }),
        ],
      }, signal);
      if (!succeeded) throw lockLost("wait for the lock");
      this.#seenAt = header.revision;
      const before = results[0].kvs[0];
      if (before === undefined) return;
      await this.#deletion(before.key, header.revision + 1n, signal);
    }
  }

  /** Waits until the place is gone, though nobody here has left it. */
  async loss(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#deletion(this.key, this.#seenAt + 1n, signal);
      const { header, succeeded } = await this.#txn(
        { if: [this.guard] },
        signal,
      );
      if (!succeeded) return;
      this.#seenAt = header.revision;
    }
  }

  /**
   * Gives the place up, trying until it is gone or the lease has ended. It
   * cannot hit a place that was taken later. Idempotent.
   */
  leave(): Promise<void> {
    return this.#leaving ??= this.#leave();
  }

  async #leave(): Promise<void> {
    if (this.#state === "outside") return;
    const { signal, id } = this.#lease;
    const mine = this.#state === "inside"
      ? this.guard
      : compare.lease(this.key, "=", id);
    try {
      await this.#txn(
        { if: [mine], then: [op.delete(this.key)] },
        signal,
      );
    } catch (error) {
      // It ends with its lease.
      if (!signal.aborted) throw error;
    }
  }

  #entered(revision: bigint, seenAt: bigint): void {
    this.#state = "inside";
    this.#revision = revision;
    this.#seenAt = seenAt;
  }

  async #rewrite(own: KeyValue, value: Value, signal: AbortSignal) {
    if (sameBytes(own.value, encodeBytes(value))) return;
    await this.#txn({
      if: [this.guard],
      then: [op.put(this.key, value, { lease: this.#lease.id })],
    }, signal);
  }

  /** Waits until a key is deleted, or may have been. */
  async #deletion(key: Uint8Array, from: bigint, signal: AbortSignal) {
    const options = { startRevision: from, noPut: true, signal };
    await using watch = this.#keys.watch(key, options);
    try {
      for await (const _deletion of watch.events()) return;
    } catch (error) {
      // What has happened is forgotten: the caller looks again.
      if (!(error instanceof CompactedError)) throw error;
    }
  }

  /** Runs a transaction, trying again until there is an answer. */
  #txn<
    const Then extends readonly Operation[] = [],
    const Else extends readonly Operation[] = [],
  >(
    txn: Txn<Then, Else>,
    signal: AbortSignal,
  ): Promise<TxnResult<Then, Else>> {
    return insist((options) => this.#keys.kv.txn(txn, options), {
      signal,
      tryMs: this.#tryMs,
    });
  }
}

/**
 * The place, and with it the lock, was deleted by somebody else; or for that
 * cause nobody can tell whether it was.
 */
export function lockLost(action: string, cause?: unknown): LockLostError {
  const state = cause === undefined
    ? "its key does not exist any more"
    : "it is not known whether its key still exists";
  return new LockLostError(`Cannot ${action}: ${state} (lock_lost)`, {
    code: "lock_lost",
    cause,
  });
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length &&
    one.every((byte, at) => byte === other[at]);
}
