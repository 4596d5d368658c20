import { HistoryLostError } from "../errors/history_lost_error.ts";
import type { LockLostError } from "../errors/specific_errors.ts";
import { type Effort, endingWith } from "./_effort.ts";
import { keyId } from "./_key_id.ts";
import { leaseEnd, lossOf } from "./_lease_end.ts";
import { lockLost, notFirst } from "./_lock_lost.ts";
import { deletion } from "./_session_deletion.ts";
import { insist, tryMsUnder } from "./_session_insist.ts";
import { FIRST, lookAt, wentBack } from "./_session_look.ts";
import { encodeBytes } from "./bytes.ts";
import type { Keyspace } from "./keyspace.ts";
import { type KeyRange, prefix, type Value } from "./keys.ts";
import type { KeyValue } from "./key_value.ts";
import type { Lease } from "./lease_types.ts";
import { compare, op } from "./txn.ts";
import type { Comparison, Operation, Txn, TxnResult } from "./txn_types.ts";

/** What a place in a queue needs of the keys. */
export type QueueKeys = Pick<Keyspace, "kv" | "watch">;

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
  #state: "outside" | "in doubt" | "inside" = "outside";
  #revision = 0n;
  /** The newest revision at which it was seen. */
  #seenAt = 0n;
  #leaving: Promise<void> | undefined;
  #leavingEffort: Effort | undefined;

  constructor(keys: QueueKeys, lease: Lease, name: Uint8Array) {
    this.#keys = keys;
    this.#lease = lease;
    const slash = encodeBytes("/");
    this.#queue = prefix(Uint8Array.of(...name, ...slash));
    const id = encodeBytes(lease.id.toString(16));
    this.key = Uint8Array.of(...name, ...slash, ...id);
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
  async enter(value: Value, effort: Effort): Promise<boolean> {
    const { key } = this;
    const { header, succeeded, results } = await this.#take({
      if: [compare.createRevision(key, "=", 0n)],
      then: [
        op.put(key, value, { lease: this.#lease.id }),
        op.range(this.#queue, FIRST),
      ],
      // Ours all the same: the answer to an earlier attempt was lost.
      else: [op.range(key), op.range(this.#queue, FIRST)],
    }, effort);
    const own = succeeded ? undefined : results[0].kvs[0];
    this.#entered(own?.createRevision ?? header.revision, header.revision);
    effort.maybeCommitted = true;
    if (own !== undefined) await this.#rewrite(own, value, effort);
    return results[1].kvs[0]?.createRevision === this.#revision;
  }

  /** Takes the place only if the queue is empty; whether it was. */
  async enterIfFirst(value: Value, effort: Effort): Promise<boolean> {
    const { key } = this;
    const { header, succeeded, results } = await this.#take({
      // Holds for a range without any key.
      if: [compare.createRevision(this.#queue, "=", 0n)],
      then: [op.put(key, value, { lease: this.#lease.id })],
      else: [op.range(this.#queue, FIRST)],
    }, effort);
    if (succeeded) {
      this.#entered(header.revision, header.revision);
      return true;
    }
    const first = results[0].kvs[0];
    if (first === undefined || keyId(first.key) !== keyId(key)) {
      this.#state = "outside";
      return false;
    }
    this.#entered(first.createRevision, header.revision);
    return true;
  }

  /** Waits until it is the first. */
  async turn(effort: Effort): Promise<void> {
    const action = "wait for the lock";
    let gone: HistoryLostError | undefined;
    for (;;) {
      const { held, before, lost = gone } = await this.#look(action, effort);
      gone = lost;
      if (!held) {
        // Nothing is left of what was sent.
        effort.maybeCommitted = false;
        throw lockLost(action, gone);
      }
      if (before === undefined) return;
      try {
        await this.#deletion(before, effort);
      } catch (error) {
        // It may have its place in the older state, too.
        if (!(error instanceof HistoryLostError)) throw error;
        gone = error;
      }
    }
  }

  /**
   * Waits until the place is gone or not the first any more, though nobody
   * here has left it.
   */
  async loss(action: string, effort: Effort): Promise<LockLostError> {
    for (;;) {
      await this.#deletion(this.key, effort);
      const { held, before, lost } = await this.#look(action, effort);
      if (!held || lost !== undefined) return lockLost(action, lost);
      if (before !== undefined) return notFirst(action);
    }
  }

  /** Whether the place is still there, and who has the one before it. */
  async #look(action: string, effort: Effort) {
    const { header, succeeded: held, results } = await this.#insist(
      lookAt(this, this.#queue),
      effort,
    );
    const lost = wentBack(action, { from: this.#seenAt, to: header.revision });
    this.#seenAt = header.revision;
    return { held, before: held ? results[0].kvs[0]?.key : undefined, lost };
  }

  /** Since it was last seen that it was there. */
  #deletion(key: Uint8Array, effort: Effort): Promise<void> {
    return deletion(this.#keys, { key, seenAt: this.#seenAt }, effort);
  }

  /** What keeps the place from being given up, while that is tried. */
  get trouble(): unknown {
    return this.#leavingEffort?.trouble();
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
    const end = leaseEnd(this.#lease);
    try {
      await endingWith({
        owner: end.signal,
        timeoutMs: Infinity,
        action: () => "leave the queue",
      }, async (effort) => {
        this.#leavingEffort = effort;
        if (this.#state === "in doubt") await this.#find(effort);
        if (this.#state !== "inside") return;
        // Of this revision: a copy that comes late hits no later place.
        const gone = op.delete(this.key);
        await this.#insist({ if: [this.guard], then: [gone] }, effort);
      });
    } catch (error) {
      // It ends with its lease, which outlives a client that is closed.
      if (!end.signal.aborted) throw error;
      if (lossOf(this.#lease) === "client_closed") throw error;
    } finally {
      end.stop();
    }
  }

  /** Looks whether the place was taken. */
  async #find(effort: Effort): Promise<void> {
    const look = { then: [op.range(this.key)] } as const;
    const { header, results } = await this.#insist(look, effort);
    const own = results[0]?.kvs[0];
    if (own?.lease === this.#lease.id) {
      this.#entered(own.createRevision, header.revision);
    } else this.#state = "outside";
  }

  /** Takes the place; it is in doubt until there is an answer. */
  async #take<
    const Then extends readonly Operation[],
    const Else extends readonly Operation[],
  >(
    txn: Txn<Then, Else>,
    effort: Effort,
  ): Promise<TxnResult<Then, Else>> {
    this.#state = "in doubt";
    try {
      return await this.#insist(txn, effort);
    } catch (error) {
      if (!effort.maybeCommitted) this.#state = "outside";
      throw error;
    }
  }

  #entered(revision: bigint, seenAt: bigint): void {
    this.#state = "inside";
    this.#revision = revision;
    this.#seenAt = seenAt;
  }

  async #rewrite(own: KeyValue, value: Value, effort: Effort) {
    if (keyId(own.value) === keyId(encodeBytes(value))) return;
    await this.#insist({
      // Not the place's own guard: a copy that comes late must not undo what
      // was proclaimed since.
      if: [compare.modRevision(this.key, "=", own.modRevision)],
      then: [op.put(this.key, value, { lease: this.#lease.id })],
    }, effort);
  }

  /** Runs a transaction, trying again until there is an answer. */
  #insist<
    const Then extends readonly Operation[] = [],
    const Else extends readonly Operation[] = [],
  >(
    txn: Txn<Then, Else>,
    effort: Effort,
  ): Promise<TxnResult<Then, Else>> {
    const writes =
      txn.then?.some(({ kind }) => kind === "put" || kind === "delete") ===
        true;
    return insist((options) => this.#keys.kv.txn(txn, options), effort, {
      tryMs: tryMsUnder(this.#lease),
      writes,
    });
  }
}
