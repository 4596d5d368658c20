import { HistoryLostError } from "../../errors/history_lost_error.ts";
import type { WorkContext } from "../waiting/mod.ts";
import { askIfEnded, type Lease } from "../lease/mod.ts";
import {
  lockLostError,
  notAttachedError,
  notFirstError,
} from "./_lock_lost_error.ts";
import { type KeyEnd, waitForDelete } from "./_wait_for_delete.ts";
import { retryTxnUntilAnswered } from "./_retry_until_answered.ts";
import {
  type CreatedEntry,
  type EntryReading,
  readEntryState,
} from "./_entry_state.ts";
import type { Queue } from "./_queue.ts";
import type { QueueKeys } from "./_keys.ts";
import { compare, type Comparison } from "../kv/mod.ts";
import { madeIn } from "../values/mod.ts";

const WAIT = "wait for the lock";

// For so long the server may be asked about the lease, before a loss is told.
const ASK_MS = 500;

/** The parts of an entry. */
export interface QueueEntryInit {
  readonly queue: Queue;
  readonly lease: Lease;
  readonly keys: QueueKeys;
  /** The revision at which its key was created. */
  readonly revision: bigint;
  /** The revision at which it was seen in the queue. */
  readonly seenAt: bigint;
}

/**
 * An entry in the queue for a name: a key of a lease below the name. The
 * entries stand in the order of their creation, and the first one holds the
 * lock. The layout is that of Go's `concurrency` package.
 */
export class QueueEntry implements CreatedEntry {
  readonly queue: Queue;
  readonly key: Uint8Array;
  readonly revision: bigint;
  readonly #lease: Lease;
  readonly #keys: QueueKeys;
  /** The newest revision at which the queue was read. */
  #seenAt: bigint;

  constructor({ queue, lease, keys, revision, seenAt }: QueueEntryInit) {
    this.queue = queue;
    this.key = queue.keyOf(lease.id);
    this.revision = revision;
    this.#lease = lease;
    this.#keys = keys;
    this.#seenAt = seenAt;
  }

  /** True as long as the key exists. A new one each time: users may write to it. */
  get guard(): Comparison {
    const guard = compare.createRevision(this.key, "=", this.revision);
    // In another keyspace it would be a condition on another key.
    madeIn(guard.key as Uint8Array, this.#keys.prefix);
    return guard;
  }

  get conditions(): readonly Comparison[] {
    return [this.guard, compare.lease(this.key, "=", this.#lease.id)];
  }

  /** Whether it is the first now. */
  async isFirst(context: WorkContext): Promise<boolean> {
    const { state } = await this.#read(WAIT, context);
    return state.kind === "first";
  }

  /** Makes sure that it is still the first, as it was before. */
  async confirm(action: string, context: WorkContext): Promise<void> {
    const reading = await this.#read(action, context);
    const loss = await this.#lossIn(reading, action, context);
    if (loss !== undefined) throw loss;
  }

  /** Waits until it is the first. */
  async waitUntilFirst(context: WorkContext): Promise<void> {
    let goneBack: HistoryLostError | undefined;
    for (;;) {
      const reading = await this.#read(WAIT, context);
      const { state, historyLost = goneBack } = reading;
      goneBack = historyLost;
      switch (state.kind) {
        case "first":
          return;
        case "waiting":
          try {
            await this.#waitForDelete(state.predecessor, context);
          } catch (error) {
            // It may be in the queue of the older state, too.
            if (!(error instanceof HistoryLostError)) throw error;
            goneBack = error;
          }
          continue;
        case "detached":
        case "deleted":
          // If its key is gone, nothing is left of what was sent.
          context.maybeCommitted = state.kind === "detached";
          throw await this.#reasonFor({ state, historyLost }, WAIT, context);
      }
    }
  }

  /**
   * Waits until it is deleted, or not the first any more, though nobody here
   * has given it up; resolves to the reason.
   */
  async waitUntilDeleted(
    action: string,
    context: WorkContext,
  ): Promise<unknown> {
    for (;;) {
      const end = await this.#waitForDelete(this.key, context);
      // Others may have passed it, even if it is attached again by now.
      if (end === "detached") return notAttachedError(action);
      const reading = await this.#read(action, context);
      const loss = await this.#lossIn(reading, action, context);
      if (loss !== undefined) return loss;
    }
  }

  /** The reason why one that was the first is lost, if it is. */
  async #lossIn(
    reading: EntryReading,
    action: string,
    context: WorkContext,
  ): Promise<unknown> {
    const { state: { kind }, historyLost } = reading;
    if (historyLost || kind === "detached" || kind === "deleted") {
      return await this.#reasonFor(reading, action, context);
    }
    return kind === "waiting" ? notFirstError(action) : undefined;
  }

  /** Why it was lost: if the lease has ended, and its keys with it, for that. */
  async #reasonFor(
    { state, historyLost }: Pick<EntryReading, "state" | "historyLost">,
    action: string,
    context: WorkContext,
  ): Promise<unknown> {
    if (state.kind === "detached") return notAttachedError(action);
    if (historyLost !== undefined) return lockLostError(action, historyLost);
    const ended = await askIfEnded(this.#lease, {
      signal: context.cancelSignal,
      timeoutMs: context.leftMs(ASK_MS),
    });
    return ended ? this.#lease.signal.reason : lockLostError(action);
  }

  async #read(action: string, context: WorkContext): Promise<EntryReading> {
    const parts = { kv: this.#keys.kv, lease: this.#lease };
    const reading = await readEntryState(this, {
      action,
      seenAt: this.#seenAt,
      run: (txn) => retryTxnUntilAnswered(txn, context, parts),
    });
    this.#seenAt = reading.revision;
    return reading;
  }

  /** From the revision on at which the queue was read. */
  #waitForDelete(key: Uint8Array, context: WorkContext): Promise<KeyEnd> {
    const { isEntry } = this.queue;
    const awaited = { key, seenAt: this.#seenAt, isEntry };
    return waitForDelete(this.#keys, awaited, context);
  }
}
