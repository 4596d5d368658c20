import { abortable, withDeadline, type WorkContext } from "../waiting/mod.ts";
import {
  encodeBytes,
  keyId,
  type KeyValue,
  type Value,
} from "../values/mod.ts";
import { leaseEnd, lossOf } from "../lease/mod.ts";
import { notAttachedError } from "./_lock_lost_error.ts";
import { retryTxnUntilAnswered } from "./_retry_until_answered.ts";
import type { ContenderParts, ContenderState } from "./_contender_state.ts";
import { findFirstEntry } from "./_first_entry.ts";
import { Queue, readPage } from "./_queue.ts";
import { QueueEntry } from "./_queue_entry.ts";
import {
  compare,
  op,
  type Operation,
  type PutOperation,
  type RangeOptions,
  type Txn,
  type TxnResult,
} from "../kv/mod.ts";

const FIRST: RangeOptions = readPage({ limit: 1, from: 0n }, "ascend");

const OUTSIDE: ContenderState = { kind: "outside" };

/** A session's part in the queue for a name: its way in, and out again. */
export class Contender {
  readonly #key: Uint8Array;
  readonly #queue: Queue;
  readonly #parts: ContenderParts;
  #state: ContenderState = OUTSIDE;
  #duplicatesMayCome = false;
  #leaving: Promise<void> | undefined;
  #lastError: () => unknown = () => undefined;

  constructor(name: Uint8Array, parts: ContenderParts) {
    this.#parts = parts;
    this.#queue = new Queue(name);
    this.#key = this.#queue.keyOf(parts.lease.id);
  }

  /** Enters at the end of the queue; tells whether the entry is the first. */
  async enter(
    value: Value,
    context: WorkContext,
  ): Promise<{ readonly entry: QueueEntry; readonly isFirst: boolean }> {
    const first = op.range(this.#queue.range, { ...FIRST, keysOnly: true });
    const { header, succeeded, results } = await this.#send({
      if: [compare.createRevision(this.#key, "=", 0n)],
      then: [this.#put(value), first],
      // Ours all the same: the answer to an earlier attempt was lost.
      else: [op.range(this.#key), first],
    }, context);
    const own = succeeded ? undefined : results[0].kvs[0];
    if (own !== undefined && !this.#queue.isEntry(own)) {
      this.#state = OUTSIDE;
      throw notAttachedError("wait for the lock");
    }
    const { revision: seenAt } = header;
    const entry = this.#queued(own?.createRevision ?? seenAt, seenAt);
    context.maybeCommitted = true;
    if (own !== undefined) await this.#rewrite(own, value, context);
    // Nothing may be before it, not even a key that is no entry.
    const isFirst = results[1].kvs[0]?.createRevision === entry.revision;
    return { entry, isFirst };
  }

  /** Enters only if the entry is the first then. */
  async enterIfFirst(
    value: Value,
    context: WorkContext,
  ): Promise<QueueEntry | undefined> {
    const { range, isEntry } = this.#queue;
    const { header, succeeded, results } = await this.#send({
      // Holds for a range without any key.
      if: [compare.createRevision(range, "=", 0n)],
      then: [this.#put(value)],
      else: [op.range(range, FIRST)],
    }, context);
    const { revision: seenAt } = header;
    if (succeeded) return this.#queued(seenAt, seenAt);
    const first = results[0].kvs[0];
    if (first === undefined || !isEntry(first)) {
      this.#state = OUTSIDE;
      return await this.#enterAmongOthers(value, context);
    }
    if (keyId(first.key) === keyId(this.#key)) {
      return this.#queued(first.createRevision, seenAt);
    }
    this.#state = OUTSIDE;
    return undefined;
  }

  /** Enters if first, among keys that are no entries: no compare skips them. */
  async #enterAmongOthers(
    value: Value,
    context: WorkContext,
  ): Promise<QueueEntry | undefined> {
    // Mostly this tells, and leaves no trace.
    const { first } = await findFirstEntry(
      this.#queue,
      (txn) => this.#retry(txn, context),
    );
    if (first !== undefined) return undefined;
    const { entry, isFirst } = await this.enter(value, context);
    if (isFirst || await entry.isFirst(context)) return entry;
    await abortable(this.leave(), context.signal);
    return undefined;
  }

  /**
   * Takes up the entry that the lease has made at a revision, if that is the
   * first now. Any other is left as it is.
   */
  async resume(revision: bigint, context: WorkContext): Promise<QueueEntry> {
    await this.#stopDuplicates(context);
    const entry = this.#entry(revision, revision);
    await entry.confirm("resume the leadership", context);
    context.throwIfEnded();
    this.#state = { kind: "queued", entry };
    return entry;
  }

  /** The error that keeps it from leaving, while that is tried. */
  get lastError(): unknown {
    return this.#lastError();
  }

  /**
   * Leaves the queue, trying until the entry is gone or the lease has ended.
   * An entry that is made later is safe from this. Has to be called in any
   * case, as duplicates of the entry may still come. Idempotent.
   */
  leave(): Promise<void> {
    return this.#leaving ??= this.#leave().finally(() => {
      if (this.#duplicatesMayCome) this.#parts.duplicates.sweep(this.#key);
    });
  }

  async #leave(): Promise<void> {
    if (this.#state.kind === "outside") return;
    const { lease, keys } = this.#parts;
    const end = leaseEnd(lease, keys.clock);
    try {
      await withDeadline({
        owner: end.signal,
        timeoutMs: Infinity,
        action: () => "leave the queue",
      }, async (context) => {
        this.#lastError = () => context.lastError();
        const entry = this.#state.kind === "queued"
          ? this.#state.entry
          : await this.#find(context);
        if (entry === undefined) return;
        // Of this revision: a copy that comes late hits no later entry.
        const gone = op.delete(entry.key);
        await this.#retry({ if: [entry.guard], then: [gone] }, context);
      });
    } catch (error) {
      // It ends with its lease, which outlives a client that is closed.
      if (!end.signal.aborted) throw error;
      if (lossOf(lease) === "client_closed") throw error;
    } finally {
      end.stop();
    }
  }

  /** Looks whether there is an entry of its own in the queue. */
  async #find(context: WorkContext): Promise<QueueEntry | undefined> {
    const look = { then: [op.range(this.#key)] } as const;
    const { header, results } = await this.#retry(look, context);
    const own = results[0]?.kvs[0];
    if (own?.lease === this.#parts.lease.id) {
      return this.#queued(own.createRevision, header.revision);
    }
    this.#state = OUTSIDE;
    return undefined;
  }

  /** Sends an entry, which is in doubt until there is an answer. */
  async #send<
    const Then extends readonly Operation[],
    const Else extends readonly Operation[],
  >(
    txn: Txn<Then, Else>,
    context: WorkContext,
  ): Promise<TxnResult<Then, Else>> {
    await this.#stopDuplicates(context);
    this.#state = { kind: "in_doubt" };
    try {
      return await this.#retry(txn, context);
    } catch (error) {
      if (!context.maybeCommitted) this.#state = OUTSIDE;
      throw error;
    } finally {
      this.#duplicatesMayCome ||= context.maybeCommitted;
    }
  }

  async #stopDuplicates(context: WorkContext): Promise<void> {
    const { duplicates } = this.#parts;
    if (!duplicates.mayPut(this.#key)) return;
    this.#duplicatesMayCome = true;
    await abortable(duplicates.stop(this.#key), context.signal);
  }

  #queued(revision: bigint, seenAt: bigint): QueueEntry {
    const entry = this.#entry(revision, seenAt);
    this.#state = { kind: "queued", entry };
    return entry;
  }

  #entry(revision: bigint, seenAt: bigint): QueueEntry {
    const { keys, lease } = this.#parts;
    const queue = this.#queue;
    return new QueueEntry({ queue, keys, lease, revision, seenAt });
  }

  async #rewrite(own: KeyValue, value: Value, context: WorkContext) {
    if (keyId(own.value) === keyId(encodeBytes(value))) return;
    await this.#retry({
      // Not the entry's own guard: a copy that comes late must not undo what
      // was proclaimed since.
      if: [compare.modRevision(this.#key, "=", own.modRevision)],
      then: [this.#put(value)],
    }, context);
  }

  #put(value: Value): PutOperation {
    return op.put(this.#key, value, { lease: this.#parts.lease });
  }

  #retry<
    const Then extends readonly Operation[] = [],
    const Else extends readonly Operation[] = [],
  >(
    txn: Txn<Then, Else>,
    context: WorkContext,
  ): Promise<TxnResult<Then, Else>> {
    const { keys: { kv }, lease } = this.#parts;
    return retryTxnUntilAnswered(txn, context, { kv, lease });
  }
}
