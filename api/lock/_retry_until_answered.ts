import type { ErrorCode } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { pause, type WorkContext } from "../waiting/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import type { QueueKeys } from "./_keys.ts";
import type { Lease } from "../lease/mod.ts";
import type { Operation, Txn, TxnResult } from "../kv/mod.ts";

const PAUSE_MS = 100;

// Such a call may have been applied, but asking again only brings the same.
const FINAL: ReadonlySet<ErrorCode> = new Set([
  "no_space",
  "corrupt",
  "data_loss",
  "protocol",
  "client_closed",
]);

// Of a lease that lives for hours, an attempt need not take as long.
const LONGEST_ATTEMPT_MS = 30_000;

/** Shorter than a lease lives, so that another member can be tried. */
function attemptMsUnder({ ttlSeconds }: Pick<Lease, "ttlSeconds">): number {
  return Math.min(ttlSeconds * 1_000 / 3, LONGEST_ATTEMPT_MS);
}

/** The settings of a call that is tried until it is answered. */
interface RetryOptions {
  /** The time of each attempt, in milliseconds. */
  readonly attemptMs: number;
  /** Whether the call changes something. */
  readonly writes: boolean;
}

/**
 * Makes a call until it is answered: one that does no harm when it is done
 * twice. If an answer was lost, the next attempt finds out what was done.
 */
async function retryUntilAnswered<T>(
  call: (options: CallOptions) => Promise<T>,
  context: WorkContext,
  { attemptMs, writes }: RetryOptions,
): Promise<T> {
  for (;;) {
    context.throwIfEnded();
    try {
      const timeoutMs = context.leftMs(attemptMs);
      const answer = await call({ signal: context.cancelSignal, timeoutMs });
      context.lastError = () => undefined;
      return answer;
    } catch (error) {
      // Nobody knows how far a call got that was cancelled.
      if (context.cancelSignal.aborted && writes) context.maybeCommitted = true;
      context.failed(error);
      if (!isWorthRepeating(error)) throw error;
    }
    await pause(PAUSE_MS, { signal: context.signal });
  }
}

/** Runs a transaction on keys of a lease until it is answered. */
export function retryTxnUntilAnswered<
  const Then extends readonly Operation[] = [],
  const Else extends readonly Operation[] = [],
>(
  txn: Txn<Then, Else>,
  context: WorkContext,
  { kv, lease }: Pick<QueueKeys, "kv"> & { readonly lease: Lease },
): Promise<TxnResult<Then, Else>> {
  const writes =
    txn.then?.some(({ kind }) => kind === "put" || kind === "delete") === true;
  const attemptMs = attemptMsUnder(lease);
  return retryUntilAnswered(
    (options) => kv.txn(txn, options),
    context,
    { attemptMs, writes },
  );
}

function isWorthRepeating(error: unknown): boolean {
  return error instanceof EtcdError && !FINAL.has(error.code) &&
    (error.retryable || error.maybeCommitted);
}
