import { type Effort, endingWith, unlessAborted } from "../waiting/mod.ts";
import {
  encodeBytes,
  keyId,
  type KeyValue,
  type Value,
} from "../values/mod.ts";
import { type Lease, leaseEnd, lossOf } from "../lease/mod.ts";
import { notAttached } from "./_lock_lost_error.ts";
import { insistOnTxn } from "./_retry_until_answered.ts";
import type { LateCopies } from "./_delayed_duplicates.ts";
import { Queue, readPage } from "./_queue.ts";
import { firstOf } from "./_first_entry.ts";
import { Vigil } from "./_queue_entry.ts";
import type { SessionKeys } from "./_keys.ts";
import {
  compare,
  type Comparison,
  op,
  type Operation,
  type PutOperation,
  type RangeOptions,
  type Txn,
  type TxnResult,
} from "../kv/mod.ts";

const FIRST: RangeOptions = readPage({ limit: 1, from: 0n }, "ascend");

/** What a place in a queue needs of the keys. */
export type QueueKeys = Pick<SessionKeys, "kv" | "watch">;

/** What the places of a session have in common. */
export interface PlaceParts {
  readonly keys: QueueKeys;
  readonly lease: Lease;
  readonly lateCopies: LateCopies;
}

/**
 * The place of a session in the queue for a name: a key of its lease below
 * the name, in the order of creation. Whose place is the first one has it.
 * The layout is that of Go's `concurrency` package.
 */
export class Place {
  readonly key: Uint8Array;
  readonly queue: Queue;
  /** Over the place, once it is taken. */
  readonly vigil: Vigil;
  readonly #keys: QueueKeys;
  readonly #lease: Lease;
  readonly #lateCopies: LateCopies;
  #copiesMayCome = false;
  #state: "outside" | "in doubt" | "inside" = "outside";
  #revision = 0n;
  #leaving: Promise<void> | undefined;
  #leavingEffort: Effort | undefined;

  constructor(name: Uint8Array, { keys, lease, lateCopies }: PlaceParts) {
    this.#keys = keys;
    this.#lease = lease;
    this.#lateCopies = lateCopies;
    this.queue = new Queue(name);
    this.key = this.queue.keyOf(lease.id);
    this.vigil = new Vigil(this, keys, lease);
  }

  /** The revision at which it was created. */
  get revision(): bigint {
    return this.#revision;
  }

  /** Holds as long as the place exists. */
  get guard(): Comparison {
    return compare.createRevision(this.key, "=", this.#revision);
  }

  /** Hold as long as the place exists and counts. */
  get held(): readonly Comparison[] {
    return [this.guard, compare.lease(this.key, "=", this.#lease.id)];
  }

  /** Takes the place at the end of the queue; whether that is the first. */
  async enter(value: Value, effort: Effort): Promise<boolean> {
    const { key, queue } = this;
    const first = op.range(queue.range, { ...FIRST, keysOnly: true });
    const { header, succeeded, results } = await this.#take({
      if: [compare.createRevision(key, "=", 0n)],
      then: [this.#put(value), first],
      // Ours all the same: the answer to an earlier attempt was lost.
      else: [op.range(key), first],
    }, effort);
    const own = succeeded ? undefined : results[0].kvs[0];
    if (own !== undefined && !queue.counts(own)) {
      this.#state = "outside";
      throw notAttached("wait for the lock");
    }
    this.#entered(own?.createRevision ?? header.revision, header.revision);
    effort.maybeCommitted = true;
    if (own !== undefined) await this.#rewrite(own, value, effort);
    // With nothing before it, not even what does not count.
    return results[1].kvs[0]?.createRevision === this.#revision;
  }

  /** Takes the place only if it is the first then; whether it was. */
  async enterIfFirst(value: Value, effort: Effort): Promise<boolean> {
    const { header, succeeded, results } = await this.#take({
      // Holds for a range without any key.
      if: [compare.createRevision(this.queue.range, "=", 0n)],
      then: [this.#put(value)],
      else: [op.range(this.queue.range, FIRST)],
    }, effort);
    if (succeeded) {
      this.#entered(header.revision, header.revision);
      return true;
    }
    const first = results[0].kvs[0];
    if (first !== undefined && this.queue.counts(first)) {
      if (keyId(first.key) === keyId(this.key)) {
        this.#entered(first.createRevision, header.revision);
        return true;
      }
      this.#state = "outside";
      return false;
    }
    this.#state = "outside";
    return await this.#enterAmongOthers(value, effort);
  }

  /** The same where there are keys that do not count, which none can compare. */
  async #enterAmongOthers(value: Value, effort: Effort): Promise<boolean> {
    // Mostly this tells, and leaves no trace.
    const { first } = await firstOf(
      this.queue,
      (txn) => this.#insist(txn, effort),
    );
    if (first !== undefined) return false;
    if (await this.enter(value, effort)) return true;
    if (await this.vigil.isFirst(effort)) return true;
    await unlessAborted(this.leave(), effort.signal);
    return false;
  }

  /** What keeps the place from being given up, while that is tried. */
  get trouble(): unknown {
    return this.#leavingEffort?.trouble();
  }

  /**
   * Gives the place up, trying until it is gone or the lease has ended. It
   * cannot hit a place that was taken later. Has to be called in any case, as
   * copies of the entry may still come. Idempotent.
   */
  leave(): Promise<void> {
    return this.#leaving ??= this.#leave().finally(() => {
      if (this.#copiesMayCome) this.#lateCopies.sweep(this.key);
    });
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
    const { key } = this;
    if (this.#lateCopies.mayPut(key)) {
      this.#copiesMayCome = true;
      await unlessAborted(this.#lateCopies.stop(key), effort.signal);
    }
    this.#state = "in doubt";
    try {
      return await this.#insist(txn, effort);
    } catch (error) {
      if (!effort.maybeCommitted) this.#state = "outside";
      throw error;
    } finally {
      this.#copiesMayCome ||= effort.maybeCommitted;
    }
  }

  #entered(revision: bigint, seenAt: bigint): void {
    this.#state = "inside";
    this.#revision = revision;
    this.vigil.seenAt = seenAt;
  }

  async #rewrite(own: KeyValue, value: Value, effort: Effort) {
    if (keyId(own.value) === keyId(encodeBytes(value))) return;
    await this.#insist({
      // Not the place's own guard: a copy that comes late must not undo what
      // was proclaimed since.
      if: [compare.modRevision(this.key, "=", own.modRevision)],
      then: [this.#put(value)],
    }, effort);
  }

  #put(value: Value): PutOperation {
    return op.put(this.key, value, { lease: this.#lease });
  }

  /** Runs a transaction, trying again until there is an answer. */
  #insist<
    const Then extends readonly Operation[] = [],
    const Else extends readonly Operation[] = [],
  >(
    txn: Txn<Then, Else>,
    effort: Effort,
  ): Promise<TxnResult<Then, Else>> {
    return insistOnTxn(txn, { kv: this.#keys.kv, lease: this.#lease }, effort);
  }
}
