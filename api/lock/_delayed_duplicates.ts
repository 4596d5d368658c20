import { HistoryLostError } from "../../errors/history_lost_error.ts";
import { withDeadline, type WorkContext } from "../waiting/mod.ts";
import { keyId } from "../values/mod.ts";
import { waitForDelete } from "./_wait_for_delete.ts";
import { retryTxnUntilAnswered } from "./_retry_until_answered.ts";
import type { QueueKeys } from "./_keys.ts";
import type { Lease } from "../lease/mod.ts";
import { compare, op } from "../kv/mod.ts";

interface Sweep {
  readonly stop: AbortController;
  /** Nothing that the sweep has sent is under way any more. */
  readonly done: Promise<void>;
}

/**
 * Duplicates of entries of a session that may still come. An entry that was
 * not answered is sent again, and what holds the first copy up, say a member
 * that stands still, may let it go once the queue was left: the key is not
 * there then, and it puts it once more. No compare can prevent that, as etcd
 * keeps nothing of a deleted key that one could see. So the key is watched as
 * long as the lease lives, and what comes is deleted.
 */
export class DelayedDuplicates {
  readonly #keys: QueueKeys;
  readonly #lease: Lease;
  readonly #sweeps = new Map<string, Sweep>();

  constructor(keys: QueueKeys, lease: Lease) {
    this.#keys = keys;
    this.#lease = lease;
  }

  /** Whether some may put this key. */
  mayPut(key: Uint8Array): boolean {
    return this.#sweeps.has(keyId(key));
  }

  /** From now on, deletes what they put there. */
  sweep(key: Uint8Array): void {
    const id = keyId(key);
    const before = this.#sweeps.get(id);
    before?.stop.abort();
    const stop = new AbortController();
    const done = this.#run(key, { stop: stop.signal, after: before?.done })
      // The lease has ended, or bounds what could not be deleted.
      .catch(() => {});
    this.#sweeps.set(id, { stop, done });
  }

  /**
   * Leaves the key to a new contender, which has it to itself once this
   * resolves, and has to begin a new sweep when it leaves the queue.
   */
  async stop(key: Uint8Array): Promise<void> {
    const id = keyId(key);
    const sweep = this.#sweeps.get(id);
    sweep?.stop.abort();
    await sweep?.done;
    if (this.#sweeps.get(id) === sweep) this.#sweeps.delete(id);
  }

  async #run(
    key: Uint8Array,
    { stop, after }: {
      readonly stop: AbortSignal;
      readonly after: Promise<void> | undefined;
    },
  ): Promise<void> {
    await after;
    await withDeadline({
      signal: stop,
      // Not beyond an orphaned one: who takes it over has its keys, too.
      owner: this.#lease.signal,
      timeoutMs: Infinity,
      action: () => "clear the queue",
    }, async (context) => {
      for (;;) {
        await this.#waitForPut(key, await this.#clear(key, context), context);
      }
    });
  }

  /** Deletes what is there; resolves to the revision at which it was read. */
  async #clear(key: Uint8Array, context: WorkContext): Promise<bigint> {
    const parts = { kv: this.#keys.kv, lease: this.#lease };
    const look = { then: [op.range(key)] } as const;
    const { header, results } = await retryTxnUntilAnswered(
      look,
      context,
      parts,
    );
    const own = results[0]?.kvs[0];
    if (own?.lease !== this.#lease.id) return header.revision;
    const deletion = {
      if: [compare.createRevision(key, "=", own.createRevision)],
      then: [op.delete(key)],
    } as const;
    // Once begun, it is not stopped: it might hit an entry that takes the key
    // over. A copy of its own that comes late hits nothing.
    await withDeadline({
      owner: this.#lease.signal,
      timeoutMs: Infinity,
      action: () => "clear the queue",
    }, (toTheEnd) => retryTxnUntilAnswered(deletion, toTheEnd, parts));
    return header.revision;
  }

  async #waitForPut(
    key: Uint8Array,
    seenAt: bigint,
    context: WorkContext,
  ): Promise<void> {
    const awaited = { key, seenAt, isEntry: () => false };
    try {
      await waitForDelete(this.#keys, awaited, context);
    } catch (error) {
      // The older state may have the key.
      if (!(error instanceof HistoryLostError)) throw error;
    }
  }
}
