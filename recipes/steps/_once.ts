import type { LeaseRef } from "../../api/checks/mod.ts";
import { encodeBytes } from "../../api/values/mod.ts";
import type { WorkContext } from "../../api/waiting/mod.ts";
import { LeaseNotFoundError } from "../../errors/specific_errors.ts";
import {
  type BranchResults,
  compare,
  type DeleteOperation,
  type Keyspace,
  op,
  type Operation,
  type ResponseHeader,
  type Txn,
} from "../../mod.ts";
import { untilAnswered } from "./_until_answered.ts";

/** The end of a transaction that is to be applied once. */
export type OnceOutcome<
  Then extends readonly Operation[],
  Else extends readonly Operation[],
> =
  | {
    readonly kind: "applied";
    /** The revision that it made. */
    readonly revision: bigint;
    /** `undefined` if the answer was lost. */
    readonly results: BranchResults<Then> | undefined;
  }
  | {
    readonly kind: "refused";
    readonly header: ResponseHeader;
    readonly results: BranchResults<Else>;
  }
  /**
   * The lane is gone, mostly with its lease, so that nothing comes of it from now
   * on. `inDoubt`: an attempt may have been applied before.
   */
  | { readonly kind: "lost"; readonly inDoubt: boolean };

/**
 * Transactions that are applied at most once, however often they are sent, and
 * of which one can tell whether they were: after a lost answer, after others
 * have changed what was written, and if a member that stood still lets the
 * request go late. Each one writes a key as well, its lane, which is the
 * writer's own and ends with its lease. It is applied only if the lane is as
 * it was before: so a second copy is refused, and the lane tells why.
 */
export class OnceWriter {
  readonly #keys: Pick<Keyspace, "txn">;
  readonly #start: Uint8Array;
  /** Lanes that nothing is under way on. */
  #free: Lane[] = [];

  /** Lanes are keys with this start. */
  constructor(keys: Pick<Keyspace, "txn">, start: Uint8Array) {
    this.#keys = keys;
    this.#start = start;
  }

  /** A lane that nobody else uses until it is given back. */
  take(lease: LeaseRef): Lane {
    this.#free = this.#free.filter((lane) => lane.lease === lease);
    // A lane is never one that somebody else has made, whoever has the lease.
    const id = encodeBytes(crypto.randomUUID());
    return this.#free.pop() ??
      new Lane(this.#keys, {
        lease,
        key: Uint8Array.of(...this.#start, ...id),
      });
  }

  /** Gives a lane back, unless it may still change. Idempotent. */
  give(lane: Lane): void {
    if (lane.isInDoubt || this.#free.includes(lane)) return;
    this.#free.push(lane);
  }
}

/** A key that is written with each transaction, one after the other. */
export class Lane {
  /** The lease that it ends with. */
  readonly lease: LeaseRef;
  readonly #keys: Pick<Keyspace, "txn">;
  readonly #key: Uint8Array;
  /** The revision at which it was last written: zero if it is new. */
  #writtenAt = 0n;
  #isInDoubt = false;

  /** Makes a lane; its key comes with the first transaction. */
  constructor(
    keys: Pick<Keyspace, "txn">,
    { lease, key }: { readonly lease: LeaseRef; readonly key: Uint8Array },
  ) {
    this.#keys = keys;
    this.lease = lease;
    this.#key = key;
  }

  /** Whether something that was sent on it may still be applied. */
  get isInDoubt(): boolean {
    return this.#isInDoubt;
  }

  /** Sends a transaction until it is known what has become of it. */
  async write<
    const Then extends readonly Operation[],
    const Else extends readonly Operation[],
  >(
    txn: Required<Txn<Then, Else>>,
    context: WorkContext,
  ): Promise<OnceOutcome<Then, Else>> {
    const answer = await this.#send({
      if: [
        compare.modRevision(this.#key, "=", this.#writtenAt),
        ...txn.if ?? [],
      ],
      then: [this.#put(), ...txn.then ?? []],
      else: [op.get(this.#key), ...txn.else ?? []],
    }, context);
    const inDoubt = this.#isInDoubt;
    if (answer === undefined) return { kind: "lost", inDoubt };
    const { header, succeeded, results: [first, ...rest] } = answer;
    this.#isInDoubt = false;
    if (succeeded) {
      this.#writtenAt = header.revision;
      const results = rest as unknown as BranchResults<Then>;
      return { kind: "applied", revision: header.revision, results };
    }
    const lane = first as { readonly modRevision: bigint } | undefined;
    const revision = lane?.modRevision ?? 0n;
    const results = rest as unknown as BranchResults<Else>;
    if (revision === this.#writtenAt) {
      // What refuses it now may be gone when an earlier copy comes.
      if (inDoubt) await this.#close(context);
      return { kind: "refused", header, results };
    }
    if (revision > this.#writtenAt) {
      this.#writtenAt = revision;
      return { kind: "applied", revision, results: undefined };
    }
    // Not to be used again: somebody has deleted it, or the store has gone back.
    this.#isInDoubt = true;
    return { kind: "lost", inDoubt };
  }

  /**
   * Undoes what was sent: it is not applied from now on, and this is deleted. The
   * lane is not to be used again, as a second copy of this may come late.
   */
  async undo(deletion: DeleteOperation, context: WorkContext): Promise<void> {
    this.#isInDoubt = true;
    await this.#send({ then: [this.#put(), deletion] }, context);
  }

  /** Has the copies refused that may still come, and is not used again. */
  async #close(context: WorkContext): Promise<void> {
    this.#isInDoubt = true;
    await this.#send({ then: [this.#put()] }, context);
  }

  #put() {
    return op.put(this.#key, "", { lease: this.lease });
  }

  /** Resolves to nothing if the lease has ended. */
  async #send(
    txn: Txn<readonly Operation[], readonly Operation[]>,
    context: WorkContext,
  ) {
    const inDoubtBefore = context.maybeCommitted;
    context.maybeCommitted = false;
    try {
      const { answer, doubt } = await untilAnswered(
        (options) => this.#keys.txn(txn, options),
        context,
        { writes: true },
      );
      this.#isInDoubt ||= doubt !== undefined;
      // The lane tells, and that is looked at next.
      context.maybeCommitted = inDoubtBefore;
      return answer;
    } catch (error) {
      this.#isInDoubt ||= context.maybeCommitted;
      context.maybeCommitted ||= inDoubtBefore;
      if (error instanceof LeaseNotFoundError) return undefined;
      throw error;
    }
  }
}
