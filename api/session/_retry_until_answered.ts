import type { ErrorCode } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { type Effort, pause } from "../waiting/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import type { SessionKeys } from "./_keys.ts";
import type { Lease } from "../lease/mod.ts";
import type { Operation, Txn, TxnResult } from "../kv/mod.ts";

const PAUSE_MS = 100;

// They may be in doubt, and yet asking again only brings the same answer.
const FINAL: ReadonlySet<ErrorCode> = new Set([
  "no_space",
  "corrupt",
  "data_loss",
  "protocol",
  "client_closed",
]);

// Of a lease that lives for hours, a try need not take as long.
const LONGEST_TRY_MS = 30_000;

/** Shorter than a lease lives, so that another member can be tried. */
export function tryMsUnder({ ttlSeconds }: Pick<Lease, "ttlSeconds">): number {
  return Math.min(ttlSeconds * 1_000 / 3, LONGEST_TRY_MS);
}

/** How a call is insisted on. */
export interface InsistOptions {
  /** The time of each attempt, in milliseconds. */
  readonly tryMs: number;
  /** Whether it changes something. */
  readonly writes: boolean;
}

/**
 * Makes a call until it is answered: one that does no harm when it is done
 * twice. An answer that was lost is thereby found out.
 */
export async function insist<T>(
  call: (options: CallOptions) => Promise<T>,
  effort: Effort,
  { tryMs, writes }: InsistOptions,
): Promise<T> {
  for (;;) {
    effort.check();
    try {
      const timeoutMs = effort.leftMs(tryMs);
      const answer = await call({ signal: effort.outside, timeoutMs });
      effort.trouble = () => undefined;
      return answer;
    } catch (error) {
      // Nobody knows how far one got that was ended.
      if (effort.outside.aborted && writes) effort.maybeCommitted = true;
      effort.failed(error);
      if (!isTransient(error)) throw error;
    }
    await pause(PAUSE_MS, effort.signal);
  }
}

/** Runs a transaction of a lease's keys until it is answered. */
export function insistOnTxn<
  const Then extends readonly Operation[] = [],
  const Else extends readonly Operation[] = [],
>(
  txn: Txn<Then, Else>,
  { kv, lease }: Pick<SessionKeys, "kv"> & { readonly lease: Lease },
  effort: Effort,
): Promise<TxnResult<Then, Else>> {
  const { then } = txn;
  const writes =
    then?.some(({ kind }) => kind === "put" || kind === "delete") === true;
  const tryMs = tryMsUnder(lease);
  return insist((options) => kv.txn(txn, options), effort, { tryMs, writes });
}

function isTransient(error: unknown): boolean {
  return error instanceof EtcdError && !FINAL.has(error.code) &&
    (error.retryable || error.maybeCommitted);
}
