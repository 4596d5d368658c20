import { keyId } from "../../api/values/mod.ts";
import { withDeadline, type WorkContext } from "../../api/waiting/mod.ts";
import { LeaseNotFoundError } from "../../errors/specific_errors.ts";
import {
  compare,
  type Comparison,
  type Keyspace,
  type KeyValue,
  op,
  type Operation,
  type RangeOptions,
  type Session,
  type Txn,
} from "../../mod.ts";
import {
  guardOf,
  type Lane,
  type OnceOutcome,
  type OnceWriter,
  untilAnswered,
} from "../steps/mod.ts";
import type { Departures, DepartureView } from "./_departures.ts";
import { placeLostError } from "./_place_lost_error.ts";
import type { StandingPlace, Terms } from "./types.ts";

/** The parts of a place, most of which others in the line share. */
export interface PlaceParts {
  readonly ks: Keyspace;
  readonly terms: Terms;
  /** The thing that is held, such as "the permit". */
  readonly thing: string;
  readonly departures: Departures;
  readonly writer: OnceWriter;
}

// Of those beyond what is needed, so that mostly no second read is.
const MORE = 64;
const FIRST: RangeOptions = { limit: 1, keysOnly: true };

/**
 * A place in a line: a key of a session. It is held as long as fewer others are
 * before it than there are slots.
 */
export class Place implements StandingPlace {
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
    this.key = parts.terms.newKey();
    this.#lane = parts.writer.take(session.lease);
    this.#view = parts.departures.open();
  }

  /** The thing that is held, such as "the permit". */
  get thing(): string {
    return this.#parts.thing;
  }

  /** The number of those before it when that was last looked at. */
  get before(): number {
    return this.#ahead?.size ?? 0;
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
   * @throws {Error} The refusal of the terms, if it is not let in.
   */
  async enter(context: WorkContext, method: string): Promise<boolean> {
    const { terms: { admission, ahead }, departures } = this.#parts;
    // It may be the first one itself.
    const { limit = 0, ...nearest } = this.#nearest;
    const outcome = await this.#lane.write({
      if: admission?.if ?? [],
      then: [
        op.put(this.key, "", { lease: this.session.lease }),
        op.range(ahead, { ...nearest, limit: limit + 1 }),
      ],
      else: [op.range(admission?.range ?? this.key, FIRST)],
    }, context);
    this.#parts.writer.give(this.#lane);
    switch (outcome.kind) {
      case "lost":
        return false;
      case "refused":
        if (admission === undefined) return false;
        throw admission.refusal(outcome.results[0].kvs[0], method);
      case "applied":
        this.#revision = outcome.revision;
        if (outcome.results) this.#read(outcome.results[1].kvs);
        departures.follow(this.#view, outcome.revision);
        return true;
    }
  }

  /** Whether it is held now. */
  async isHeld(context: WorkContext): Promise<boolean> {
    const { slots } = this.#parts.terms;
    for (;;) {
      const stale = this.#view.takeStale();
      if (stale || this.#ahead === undefined) await this.#readAgain(context);
      const { gone } = this.#view;
      if (gone.has(keyId(this.key))) throw placeLostError(this.thing);
      this.#ahead = this.#ahead?.difference(gone);
      gone.clear();
      if (this.#ahead === undefined || this.#ahead.size >= slots) return false;
      if (!this.#isCut) return true;
      this.#ahead = undefined;
    }
  }

  /** Waits until it is held. */
  async waitUntilHeld(context: WorkContext): Promise<void> {
    while (!await this.isHeld(context)) {
      await this.#view.changed(context.signal);
    }
  }

  /** Waits until it is lost, if it was held: rejects with the reason. */
  async waitUntilLost(context: WorkContext): Promise<never> {
    for (;;) {
      await this.#view.changed(context.signal);
      // Only a store that has gone back has others before it.
      if (await this.isHeld(context)) continue;
      throw placeLostError(this.thing, { state: "behind" });
    }
  }

  /**
   * Writes something once, as long as the session lives.
   *
   * @throws {LeaseNotFoundError} If its lease does not exist any more.
   */
  async write<
    const Then extends readonly Operation[],
    const Else extends readonly Operation[],
  >(
    txn: Required<Txn<Then, Else>>,
    context: WorkContext,
  ): Promise<Exclude<OnceOutcome<Then, Else>, { readonly kind: "lost" }>> {
    const { writer } = this.#parts;
    const lane = writer.take(this.session.lease);
    const outcome = await lane.write(txn, context)
      .finally(() => writer.give(lane));
    if (outcome.kind !== "lost") return outcome;
    throw new LeaseNotFoundError(
      `Cannot keep ${this.thing}: the lease does not exist (lease_not_found)`,
      { code: "lease_not_found", cause: this.session.signal.reason },
    );
  }

  /** Leaves the queue, trying until that is done or the lease has ended. */
  leave(): Promise<void> {
    return this.#leaving ??= this.#leave();
  }

  async #leave(): Promise<void> {
    const { ks, terms, departures, writer } = this.#parts;
    departures.drop(this.#view);
    writer.give(this.#lane);
    // Nothing was put.
    if (this.#revision === 0n && !this.#lane.isInDoubt) return;
    try {
      await withDeadline({
        owner: this.session.signal,
        timeoutMs: Infinity,
        action: () => `leave the queue for ${this.thing}`,
      }, async (context) => {
        const gone = op.delete(this.key);
        if (this.#revision === 0n) {
          await this.#lane.undo(gone, context);
        } else {
          const departure = terms.departure?.(this) ?? { then: [gone] };
          await untilAnswered(
            (options) => ks.txn(departure, options),
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
    const limit = this.#parts.terms.slots + MORE;
    return { sortBy: "create", order: "descend", keysOnly: true, limit };
  }

  async #readAgain(context: WorkContext): Promise<void> {
    const { ks, terms: { ahead } } = this.#parts;
    const before = { ...this.#nearest, maxCreateRevision: this.#revision - 1n };
    const { answer } = await untilAnswered(
      (options) =>
        ks.txn({
          if: [
            this.guard,
            compare.lease(this.key, "=", this.session.lease),
          ],
          then: [op.range(ahead, before)],
          // Without a range in each branch, a member that is behind may answer.
          else: [op.range(this.key, { keysOnly: true })],
        }, options),
      context,
      { writes: false },
    );
    if (!answer.succeeded) throw placeLostError(this.thing);
    this.#read(answer.results[0].kvs);
  }

  #read(kvs: readonly KeyValue[]): void {
    const own = keyId(this.key);
    const ahead = new Set(kvs.map(({ key }) => keyId(key)));
    ahead.delete(own);
    this.#ahead = ahead;
    this.#isCut = ahead.size >= this.#parts.terms.slots + MORE;
  }
}
