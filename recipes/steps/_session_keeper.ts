import {
  abortable,
  withDeadline,
  type WorkContext,
} from "../../api/waiting/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import {
  LeaseLostError,
  LeaseNotFoundError,
} from "../../errors/specific_errors.ts";
import type { CallOptions, Keyspace, Session } from "../../mod.ts";
import { Backoff } from "./_backoff.ts";
import { isWorthRepeating } from "./_repeatable.ts";
import { untilAnswered } from "./_until_answered.ts";

/** Options of a recipe that needs a session. */
export interface SessionSource {
  /** One that the user has, and closes. @default {one of its own} */
  readonly session?: Session | undefined;
  /** The time of the recipe's own. @default {10} */
  readonly ttlSeconds?: number | undefined;
}

/**
 * Checks the options about a session.
 *
 * @throws {InvalidOptionError} If one is no session, or there is a time for one
 * that exists already.
 */
export function checkSessionSource(
  { session, ttlSeconds }: SessionSource,
): void {
  if (session === undefined) return;
  const { lease, signal } = session as Partial<Session>;
  if (typeof lease !== "object" || !(signal instanceof AbortSignal)) {
    throw new InvalidOptionError("session", session, {
      expected: "a session, such as client.session() resolves to",
    });
  }
  if (ttlSeconds === undefined) return;
  throw new InvalidOptionError("ttlSeconds", ttlSeconds, {
    expected: "absent where 'session' is given, which has its own",
  });
}

/**
 * The session of a recipe: the user's, or one of its own that is opened when it is
 * first needed, and again when it was lost.
 */
export class SessionKeeper {
  readonly #keys: Pick<Keyspace, "session">;
  readonly #source: SessionSource;
  readonly #closed = new AbortController();
  #own: Session | undefined;
  #opening: Promise<Session> | undefined;
  #lastError: unknown;

  /** Opens nothing yet. */
  constructor(keys: Pick<Keyspace, "session">, source: SessionSource) {
    this.#keys = keys;
    this.#source = source;
  }

  /**
   * The session, which is alive as far as known.
   *
   * @throws {LeaseLostError} If the user's has ended.
   */
  async get(context: WorkContext): Promise<Session> {
    const { session } = this.#source;
    if (session !== undefined) {
      session.signal.throwIfAborted();
      return session;
    }
    if (this.#own?.signal.aborted === false) return this.#own;
    this.#opening ??= this.#open().finally(() => this.#opening = undefined);
    context.lastError = () => this.#lastError;
    const opened = await abortable(this.#opening, context.signal);
    context.lastError = () => undefined;
    return opened;
  }

  /** Whether an error is the loss of a session that there is a new one for. */
  replaces(error: unknown): boolean {
    return this.#source.session === undefined &&
      error instanceof LeaseLostError && error.reason !== "client_closed" &&
      !this.#closed.signal.aborted;
  }

  /** Takes note that the server does not know the lease any more. */
  forget(session: Session): void {
    if (this.#source.session !== undefined) return;
    session.lease.orphan();
    if (this.#own === session) this.#own = undefined;
  }

  /**
   * Does the same where there has to be a new one.
   *
   * @throws {LeaseNotFoundError} If it is the user's.
   */
  replace(session: Session): void {
    this.forget(session);
    if (this.#source.session === undefined) return;
    throw new LeaseNotFoundError(
      "Cannot use the session: its lease does not exist (lease_not_found)",
      { code: "lease_not_found", cause: session.signal.reason },
    );
  }

  /**
   * Ends a session of its own. Should the server not answer, the session ends with
   * its time, as nothing renews it any more: so that is no error. Idempotent.
   */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#opening?.catch(() => {});
    const own = this.#own;
    if (own === undefined || own.signal.aborted) return;
    const { lease } = own;
    try {
      await withDeadline({
        timeoutMs: lease.ttlSeconds * 1_000,
        action: () => "end the session",
      }, async (context) => {
        // One member may hold a call that another one answers at once.
        const call = (options: CallOptions) => lease.revoke(options);
        await untilAnswered(call, context, { writes: true });
      });
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
    }
  }

  async #open(): Promise<Session> {
    const { signal } = this.#closed;
    const backoff = new Backoff();
    for (;;) {
      try {
        const { ttlSeconds } = this.#source;
        return this.#own = await this.#keys.session({ ttlSeconds, signal });
      } catch (error) {
        signal.throwIfAborted();
        if (!isWorthRepeating(error)) throw error;
        this.#lastError = error;
      }
      await backoff.pause(signal);
    }
  }
}
