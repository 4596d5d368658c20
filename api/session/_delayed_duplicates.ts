import { HistoryLostError } from "../../errors/history_lost_error.ts";
import { type Effort, endingWith } from "../waiting/mod.ts";
import { keyId } from "../values/mod.ts";
import { departure } from "./_wait_for_delete.ts";
import { insistOnTxn } from "./_retry_until_answered.ts";
import type { SessionKeys } from "./_keys.ts";
import type { Lease } from "../lease/mod.ts";
import { compare, op } from "../kv/mod.ts";

interface Sweep {
  readonly stop: AbortController;
  /** Nothing it has sent is under way any more. */
  readonly done: Promise<void>;
}

/**
 * Copies of entries of a session that may still come. An entry that was not
 * answered is sent again, and what holds the first copy up, say a member that
 * stands still, may let it go once the place was left: the key is not there
 * then, and it puts it once more. No compare can tell it that, as etcd keeps
 * nothing of a deleted key that one could see. So the key is watched as long
 * as the lease lives, and what comes is deleted.
 */
export class LateCopies {
  readonly #keys: Pick<SessionKeys, "kv" | "watch">;
  readonly #lease: Lease;
  readonly #sweeps = new Map<string, Sweep>();

  constructor(keys: Pick<SessionKeys, "kv" | "watch">, lease: Lease) {
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
   * Leaves the key to a new place, which has it to itself once this resolves,
   * and has to say when it is left.
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
    await endingWith({
      signal: stop,
      // Not beyond an orphaned one: who takes it over has its keys, too.
      owner: this.#lease.signal,
      timeoutMs: Infinity,
      action: () => "clear the queue",
    }, async (effort) => {
      for (;;) {
        await this.#untilPut(key, await this.#clear(key, effort), effort);
      }
    });
  }

  /** Deletes what is there; the revision at which it was looked at. */
  async #clear(key: Uint8Array, effort: Effort): Promise<bigint> {
    const parts = { kv: this.#keys.kv, lease: this.#lease };
    const look = { then: [op.range(key)] } as const;
    const { header, results } = await insistOnTxn(look, parts, effort);
    const own = results[0]?.kvs[0];
    if (own?.lease !== this.#lease.id) return header.revision;
    // Once begun, it is not stopped: it might hit a place that takes the key
    // over. A copy of its own that comes late hits nothing.
    await endingWith({
      owner: this.#lease.signal,
      timeoutMs: Infinity,
      action: () => "clear the queue",
    }, (toTheEnd) =>
      insistOnTxn(
        {
          if: [compare.createRevision(key, "=", own.createRevision)],
          then: [op.delete(key)],
        },
        parts,
        toTheEnd,
      ));
    return header.revision;
  }

  async #untilPut(
    key: Uint8Array,
    seenAt: bigint,
    effort: Effort,
  ): Promise<void> {
    try {
      await departure(this.#keys, { key, seenAt, counts: () => false }, effort);
    } catch (error) {
      // The older state may have the key.
      if (!(error instanceof HistoryLostError)) throw error;
    }
  }
}
