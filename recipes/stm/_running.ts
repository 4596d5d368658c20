import { abortable, type WorkContext } from "../../api/waiting/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import type { Keyspace } from "../../mod.ts";
import type { Codec } from "../codec/mod.ts";
import { Pacing, type PacingClock } from "../steps/mod.ts";
import type { OwnDoubtPolicy } from "../update/mod.ts";
import { commit } from "./_commit.ts";
import type { Item } from "./_item.ts";
import type { Level } from "./_level.ts";
import { type Known, Reader } from "./_reader.ts";
import { Run } from "./_run.ts";
import type { StmResult, Transact } from "./types.ts";

/** The settings of a transaction, all checked. */
export interface StmSettings<T, R> {
  readonly ks: Keyspace;
  readonly transact: Transact<T, R>;
  readonly level: Level;
  readonly prefetch: readonly Item[];
  readonly codec: Codec<T>;
  /** `Infinity` for no limit. */
  readonly attempts: number;
  readonly doubt: OwnDoubtPolicy;
  readonly clock: PacingClock;
}

/** The end of a run that was not thrown out of. */
type Outcome<R> =
  | { readonly kind: "done"; readonly revision: bigint; readonly value: R }
  | { readonly kind: "conflict"; readonly known: Known | undefined };

const STALE = { kind: "conflict", known: undefined } as const;

/** A transaction that runs: the function, its writes, and again on a conflict. */
export class Transacting<T, R> {
  readonly #settings: StmSettings<T, R>;
  readonly #owner: AbortController;
  #isInFunction = false;
  #reader: Reader | undefined;
  /** The keys and ranges that a run is likely to read. */
  #items: readonly Item[];

  /** `owner` is aborted when it is over: nothing is read any more then. */
  constructor(settings: StmSettings<T, R>, owner: AbortController) {
    this.#settings = settings;
    this.#owner = owner;
    this.#items = settings.prefetch;
  }

  /** Completes "Cannot …"; says so if the function keeps it waiting. */
  get action(): string {
    return this.#isInFunction
      ? "run the transaction, whose function has not settled"
      : "run the transaction";
  }

  async run(context: WorkContext): Promise<StmResult<R>> {
    const { attempts: most, clock } = this.#settings;
    const pacing = new Pacing(clock);
    let known: Known | undefined;
    try {
      for (let attempts = 1; attempts <= most; attempts++) {
        known ??= await this.#prefetch(context);
        const outcome = await this.#attempt(known, context);
        if (outcome.kind === "done") {
          const { revision, value } = outcome;
          return { value, revision, attempts };
        }
        known = outcome.known;
        if (attempts === most) break;
        // What others have done in a pause is read together.
        if (await pacing.afterConflict(context.signal)) known = undefined;
      }
    } finally {
      if (this.#reader?.isBusy) this.#owner.abort();
    }
    throw new EtcdError(
      `Cannot run the transaction: others have changed what it is about each of ${most} times (aborted)`,
      { code: "aborted", retryable: true },
    );
  }

  async #attempt(
    known: Known | undefined,
    context: WorkContext,
  ): Promise<Outcome<R>> {
    const { ks, level, codec, doubt } = this.#settings;
    const reader = this.#reader = this.#newReader(context, known);
    const run = new Run({ codec, reader, known });
    let value: R;
    try {
      value = await this.#call(run, context);
    } catch (error) {
      // It could not see all that it wanted to.
      if (reader.stale !== undefined && !context.signal.aborted) return STALE;
      throw error;
    } finally {
      run.end();
      this.#keepItems(run);
    }
    if (reader.stale !== undefined) return STALE;
    const { reads, writes } = run;
    const ended = { reads, writes, base: reader.base };
    const parts = { ks, level, doubt, context };
    const committed = await commit(ended, this.#items, parts);
    return committed.kind === "done" ? { ...committed, value } : committed;
  }

  async #call(run: Run<T>, context: WorkContext): Promise<R> {
    const { transact } = this.#settings;
    this.#isInFunction = true;
    const value = await abortable(
      (async () => await transact(run))(),
      context.signal,
    );
    this.#isInFunction = false;
    return value;
  }

  /** Reads in one request what the run is likely to. */
  async #prefetch(context: WorkContext): Promise<Known | undefined> {
    const items = this.#items;
    if (items.length === 0) return undefined;
    return await this.#newReader(context, undefined).readAll(items);
  }

  #newReader(context: WorkContext, known: Known | undefined): Reader {
    const { ks, level } = this.#settings;
    // All of it is of one revision.
    const base = known?.values().next().value?.revision;
    return new Reader(
      { ks, level, context },
      level.hasSnapshot ? base : undefined,
    );
  }

  #keepItems({ reads }: Run<T>): void {
    const items = new Map(this.#settings.prefetch.map((one) => [one.id, one]));
    for (const [id, item] of reads.items) items.set(id, item);
    this.#items = [...items.values()];
  }
}
