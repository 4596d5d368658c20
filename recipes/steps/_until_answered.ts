import type { WorkContext } from "../../api/waiting/mod.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import type { CallOptions } from "../../mod.ts";
import { Backoff } from "./_backoff.ts";
import { isWorthRepeating } from "./_repeatable.ts";

/**
 * The time of one attempt, in milliseconds: a member that is silent, or cut off
 * from the others, does not take all the time there is.
 */
export const ATTEMPT_MS = 5_000;

/** An answer, and whether the call may have been applied before it. */
export interface Answered<T> {
  /** The answer of the last attempt. */
  readonly answer: T;
  /**
   * The error of the last earlier attempt that may have been applied; nothing if
   * the answer tells all. `maybeCommitted` of the context is left to whoever
   * clears that up.
   */
  readonly doubt: EtcdError | undefined;
}

/** Settings of a call that is made until it is answered. */
export interface UntilAnsweredOptions {
  /** Whether the call changes something. */
  readonly writes: boolean;
  /**
   * Whether it is made again after an attempt that may have been applied: only
   * right if it takes effect once at most.
   *
   * @default {true}
   */
  readonly repeatsInDoubt?: boolean | undefined;
  /** The pauses between attempts. @default {100 ms and growing, to 5 s} */
  readonly backoff?: Backoff | undefined;
}

/**
 * Makes a call until it is answered: one that takes effect once at most, however
 * often it is sent, as a transaction on a revision that it changes. If the
 * answer to one attempt was lost, that to the next one shows what was done.
 */
export async function untilAnswered<T>(
  call: (options: CallOptions) => Promise<T>,
  context: WorkContext,
  { writes, repeatsInDoubt = true, backoff = new Backoff() }:
    UntilAnsweredOptions,
): Promise<Answered<T>> {
  let doubt: EtcdError | undefined;
  for (;;) {
    context.throwIfEnded();
    try {
      const timeoutMs = context.leftMs(ATTEMPT_MS);
      const answer = await call({ signal: context.cancelSignal, timeoutMs });
      context.lastError = () => undefined;
      return { answer, doubt };
    } catch (error) {
      // Nobody knows how far a call got that was cancelled.
      if (context.cancelSignal.aborted && writes) context.maybeCommitted = true;
      context.failed(error);
      if (!isWorthRepeating(error)) throw error;
      if (error.maybeCommitted && !repeatsInDoubt) throw error;
      if (error.maybeCommitted) doubt = error;
    }
    await backoff.pause(context.signal);
  }
}
