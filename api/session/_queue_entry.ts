import { HistoryLostError } from "../../errors/history_lost_error.ts";
import type { Effort } from "../waiting/mod.ts";
import { askIfEnded, type Lease } from "../lease/mod.ts";
import { lockLost, notAttached, notFirst } from "./_lock_lost_error.ts";
import { type Departure, departure } from "./_wait_for_delete.ts";
import { insistOnTxn } from "./_retry_until_answered.ts";
import { type Look, lookAt, type QueuePlace } from "./_entry_state.ts";
import type { SessionKeys } from "./_keys.ts";

const WAIT = "wait for the lock";

// A loss is told after this in any case.
const ASK_MS = 500;

/** Looks after a place that was taken: until it is the first, and is lost. */
export class Vigil {
  /** The newest revision at which the place was seen. */
  seenAt = 0n;
  readonly #place: QueuePlace;
  readonly #keys: Pick<SessionKeys, "kv" | "watch">;
  readonly #lease: Lease;

  constructor(
    place: QueuePlace,
    keys: Pick<SessionKeys, "kv" | "watch">,
    lease: Lease,
  ) {
    this.#place = place;
    this.#keys = keys;
    this.#lease = lease;
  }

  /** Whether it is the first now. */
  async isFirst(effort: Effort): Promise<boolean> {
    const { held, before } = await this.#look(WAIT, effort);
    return held && before === undefined;
  }

  /** Waits until it is the first. */
  async turn(effort: Effort): Promise<void> {
    let gone: HistoryLostError | undefined;
    for (;;) {
      const look = await this.#look(WAIT, effort);
      const { held, detached, before, lost = gone } = look;
      gone = lost;
      if (!held) {
        // If its key is gone, nothing is left of what was sent.
        effort.maybeCommitted = detached;
        throw await this.#whyLost(WAIT, { detached, lost }, effort);
      }
      if (before === undefined) return;
      try {
        await this.#departure(before, effort);
      } catch (error) {
        // It may have its place in the older state, too.
        if (!(error instanceof HistoryLostError)) throw error;
        gone = error;
      }
    }
  }

  /**
   * Waits until the place is gone or not the first any more, though nobody
   * here has left it; resolves to the reason.
   */
  async loss(action: string, effort: Effort): Promise<unknown> {
    for (;;) {
      const how = await this.#departure(this.#place.key, effort);
      // Others may have passed it, even if it is attached again by now.
      if (how === "detached") return notAttached(action);
      const look = await this.#look(action, effort);
      if (!look.held || look.lost !== undefined) {
        return await this.#whyLost(action, look, effort);
      }
      if (look.before !== undefined) return notFirst(action);
    }
  }

  /** If the lease has ended, and its keys with it, that is the reason. */
  async #whyLost(
    action: string,
    { detached, lost }: Pick<Look, "detached" | "lost">,
    effort: Effort,
  ): Promise<unknown> {
    if (detached) return notAttached(action);
    if (lost !== undefined) return lockLost(action, lost);
    const ended = await askIfEnded(this.#lease, {
      signal: effort.outside,
      timeoutMs: effort.leftMs(ASK_MS),
    });
    return ended ? this.#lease.signal.reason : lockLost(action);
  }

  /** Whether the place still counts, and who has the one before it. */
  async #look(action: string, effort: Effort): Promise<Look> {
    const { seenAt } = this;
    const parts = { kv: this.#keys.kv, lease: this.#lease };
    const look = await lookAt(this.#place, {
      action,
      seenAt,
      run: (txn) => insistOnTxn(txn, parts, effort),
    });
    this.seenAt = look.revision;
    return look;
  }

  /** Since it was last seen that it was there. */
  #departure(key: Uint8Array, effort: Effort): Promise<Departure> {
    const { seenAt } = this;
    const { counts } = this.#place.queue;
    return departure(this.#keys, { key, seenAt, counts }, effort);
  }
}
