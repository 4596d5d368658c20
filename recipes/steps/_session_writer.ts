import type { LeaseRef } from "../../api/checks/mod.ts";
import type { WorkContext } from "../../api/waiting/mod.ts";
import {
  LeaseNotFoundError,
  type UnavailableError,
} from "../../errors/specific_errors.ts";
import type { Keyspace, Operation, Session, Txn } from "../../mod.ts";
import { doubtError } from "./_doubt_error.ts";
import { type OnceOutcome, OnceWriter } from "./_once.ts";
import { SessionKeeper, type SessionSource } from "./_session_keeper.ts";

/** The parts of a writer. */
export interface SessionWriterParts {
  readonly source: SessionSource;
  /** The start of the keys that writes are told apart by. */
  readonly lanes: Uint8Array;
  /** The name in quotes, for errors. */
  readonly shown: string;
}

/** A transaction that was sent, and the session it was sent with. */
export interface Sent<
  Then extends readonly Operation[],
  Else extends readonly Operation[],
> {
  readonly outcome: OnceOutcome<Then, Else>;
  readonly session: Session;
}

/** Options of a write. */
export interface WriteOptions {
  /** The key that is in doubt if the answer is lost. */
  readonly key: Uint8Array;
  /** Completes "Cannot …", before the name. */
  readonly verb: string;
  /** In place of a session, whose lease the writes would be told apart by. */
  readonly lease?: LeaseRef | undefined;
  readonly context: WorkContext;
}

/** Writes that are done once, with a session of the recipe or the user's. */
export class SessionWriter {
  readonly sessions: SessionKeeper;
  readonly #writer: OnceWriter;
  readonly #shown: string;

  /** Sends nothing yet. */
  constructor(ks: Keyspace, { source, lanes, shown }: SessionWriterParts) {
    this.sessions = new SessionKeeper(ks, source);
    this.#writer = new OnceWriter(ks, lanes);
    this.#shown = shown;
  }

  /** Sends a transaction until it is known what has become of it. */
  async send<
    const Then extends readonly Operation[],
    const Else extends readonly Operation[],
  >(
    txn: Required<Txn<Then, Else>>,
    context: WorkContext,
  ): Promise<Sent<Then, Else>> {
    const session = await this.sessions.get(context);
    const outcome = await this.#sendOn(session.lease, txn, context);
    return { outcome, session };
  }

  /**
   * The same until it is applied or refused, with a new session if need be.
   *
   * @throws {UnavailableError} If nobody can know any more what has become of it.
   */
  async write<
    const Then extends readonly Operation[],
    const Else extends readonly Operation[],
  >(
    txn: Required<Txn<Then, Else>>,
    { key, verb, lease, context }: WriteOptions,
  ): Promise<Exclude<OnceOutcome<Then, Else>, { readonly kind: "lost" }>> {
    if (lease !== undefined) {
      const outcome = await this.#sendOn(lease, txn, context);
      if (outcome.kind !== "lost") return outcome;
      // And with it, whatever was put.
      throw leaseGone(`${verb} ${this.#shown}`);
    }
    for (;;) {
      const { outcome, session } = await this.send(txn, context);
      if (outcome.kind !== "lost") return outcome;
      if (outcome.inDoubt) throw this.inDoubt(verb, { session, key });
      this.sessions.replace(session);
    }
  }

  /** The error of a write whose answer and session are both lost. */
  inDoubt(
    verb: string,
    { session, key }: {
      readonly session: Session;
      readonly key: Uint8Array;
    },
  ): UnavailableError {
    this.sessions.forget(session);
    const cause = session.signal.reason;
    return doubtError(`${verb} ${this.#shown}`, { key, cause });
  }

  #sendOn<
    const Then extends readonly Operation[],
    const Else extends readonly Operation[],
  >(
    lease: LeaseRef,
    txn: Required<Txn<Then, Else>>,
    context: WorkContext,
  ): Promise<OnceOutcome<Then, Else>> {
    const lane = this.#writer.take(lease);
    return lane.write(txn, context).finally(() => this.#writer.give(lane));
  }
}

function leaseGone(action: string): LeaseNotFoundError {
  return new LeaseNotFoundError(
    `Cannot ${action}: the lease does not exist (lease_not_found)`,
    { code: "lease_not_found" },
  );
}
