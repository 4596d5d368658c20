import { keyId } from "../../api/values/mod.ts";
import { withDeadline, type WorkContext } from "../../api/waiting/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import {
  compare,
  type Comparison,
  type Keyspace,
  type KeyValue,
  op,
  type RangeOptions,
  type Session,
} from "../../mod.ts";
import {
  guardOf,
  type Lane,
  type OnceWriter,
  untilAnswered,
} from "../steps/mod.ts";
import type { Departures, DepartureView } from "./_departures.ts";
import type { SemaphoreKeys } from "./_keys.ts";
import { permitLostError } from "./_permit_lost_error.ts";

/** The parts that the places of a semaphore share. */
export interface PlaceParts {
  readonly ks: Keyspace;
  readonly keys: SemaphoreKeys;
  readonly limit: number;
  readonly departures: Departures;
  readonly writer: OnceWriter;
}

// Of those beyond the limit, so that mostly no second read is needed.
const MORE = 64;

/**
 * A place in the queue for the permits: a key of a session. The first ones, as
 * many as the limit is, hold a permit.
 */
export class Place {
  readonly key: Uint8Array;
  readonly session: Session;
  readonly #parts: PlaceParts;
  readonly #lane: Lane;
  readonly #view: DepartureView;
  /** The nearest ones before it; nothing if they have to be read. */
  #ahead: ReadonlySet<string> | undefined;
  #isCut = false;
  #revision = 0n;
  #leaving: Promise<void> | undefined;

  constructor(session: Session, parts: PlaceParts) {
    this.#parts = parts;
    this.session = session;
    this.key = parts.keys.newPermit();
    this.#lane = parts.writer.take(session.lease);
    this.#view = parts.departures.open();
  }

  /** The revision that made the key. */
  get revision(): bigint {
    return this.#revision;
  }

  /** True as long as the key exists. */
  get guard(): Comparison {
    return guardOf(this.#parts.ks, { key: this.key, revision: this.#revision });
  }

  /**
   * Enters at the end of the queue; resolves to whether that was done, as it is
   * not if the lease has ended.
   *
   * @throws {InvalidOptionError} If there is another limit.
   */
  async enter(context: WorkContext, method: string): Promise<boolean> {
    const { keys, departures } = this.#parts;
    // The first one is its own.
    const { limit = 0, ...nearest } = this.#nearest;
    const outcome = await this.#lane.write({
      if: keys.sameLimit,
      then: [
        op.put(this.key, "", { lease: this.session.lease }),
        op.range(keys.permits, { ...nearest, limit: limit + 1 }),
      ],
      else: [op.range(keys.all, { limit: 1, keysOnly: true })],
    }, context);
    this.#parts.writer.give(this.#lane);
    switch (outcome.kind) {
      case "lost":
        return false;
      case "refused":
        throw this.#otherLimit(outcome.results[0].kvs[0], method);
      case "applied":
        this.#revision = outcome.revision;
        if (outcome.results) this.#read(outcome.results[1].kvs);
        departures.follow(this.#view, outcome.revision);
        return true;
    }
  }

  /** Whether it has a permit now. */
  async isHeld(context: WorkContext): Promise<boolean> {
    const { limit } = this.#parts;
    for (;;) {
      const stale = this.#view.takeStale();
      if (stale || this.#ahead === undefined) await this.#readAgain(context);
      const { gone } = this.#view;
      if (gone.has(keyId(this.key))) throw permitLostError();
      this.#ahead = this.#ahead?.difference(gone);
      gone.clear();
      if (this.#ahead === undefined || this.#ahead.size >= limit) return false;
      if (!this.#isCut) return true;
      this.#ahead = undefined;
    }
  }

  /** Waits for a permit. */
  async waitUntilHeld(context: WorkContext): Promise<void> {
    while (!await this.isHeld(context)) {
      await this.#view.changed(context.signal);
    }
  }

  /** Waits until a permit that was held is lost: rejects with the reason. */
  async waitUntilLost(context: WorkContext): Promise<never> {
    for (;;) {
      await this.#view.changed(context.signal);
      // Only a store that has gone back has others before it.
      if (!await this.isHeld(context)) throw permitLostError("behind");
    }
  }

  /** Leaves the queue, trying until that is done or the lease has ended. */
  leave(): Promise<void> {
    return this.#leaving ??= this.#leave();
  }

  async #leave(): Promise<void> {
    const { ks, departures, writer } = this.#parts;
    departures.drop(this.#view);
    writer.give(this.#lane);
    // Nothing was put.
    if (this.#revision === 0n && !this.#lane.isInDoubt) return;
    try {
      await withDeadline({
        owner: this.session.signal,
        timeoutMs: Infinity,
        action: () => "leave the queue for the permits",
      }, async (context) => {
        const gone = op.delete(this.key);
        if (this.#revision === 0n) {
          await this.#lane.undo(gone, context);
        } else {
          await untilAnswered(
            (options) => ks.txn({ then: [gone] }, options),
            context,
            { writes: true },
          );
        }
      });
    } catch (error) {
      // The key ends with its lease.
      if (!this.session.signal.aborted) throw error;
    }
  }

  get #nearest(): RangeOptions {
    const limit = this.#parts.limit + MORE;
    return { sortBy: "create", order: "descend", keysOnly: true, limit };
  }

  async #readAgain(context: WorkContext): Promise<void> {
    const { ks, keys: { permits } } = this.#parts;
    const before = { ...this.#nearest, maxCreateRevision: this.#revision - 1n };
    const { answer } = await untilAnswered(
      (options) =>
        ks.txn({
          if: [
            this.guard,
            compare.lease(this.key, "=", this.session.lease),
          ],
          then: [op.range(permits, before)],
          // Without a range in each branch, a member that is behind may answer.
          else: [op.range(this.key, { keysOnly: true })],
        }, options),
      context,
      { writes: false },
    );
    if (!answer.succeeded) throw permitLostError();
    this.#read(answer.results[0].kvs);
  }

  #read(kvs: readonly KeyValue[]): void {
    const own = keyId(this.key);
    const ahead = new Set(kvs.map(({ key }) => keyId(key)));
    ahead.delete(own);
    this.#ahead = ahead;
    this.#isCut = ahead.size >= this.#parts.limit + MORE;
  }

  #otherLimit(
    other: KeyValue | undefined,
    method: string,
  ): InvalidOptionError {
    const { keys, limit } = this.#parts;
    const theirs = other === undefined ? "another" : keys.limitOf(other.key);
    return new InvalidOptionError("limit", limit, {
      expected:
        `${theirs}, as others have it that hold permits of ${keys.shown}`,
      method,
    });
  }
}
