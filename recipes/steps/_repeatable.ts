import type { ErrorCode } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { HistoryLostError } from "../../errors/history_lost_error.ts";
import { CompactedError } from "../../errors/specific_errors.ts";

// Trying again only brings the same, until somebody changes something.
const HOPELESS: ReadonlySet<ErrorCode> = new Set([
  "client_closed",
  "no_space",
  "corrupt",
  "data_loss",
  "protocol",
]);

const LOST: ReadonlySet<ErrorCode> = new Set([
  "lease_lost",
  "lease_not_found",
  "lock_lost",
  "history_lost",
  "compacted",
]);

/** Whether the same call may fare better if it is made once more. */
export function isWorthRepeating(error: unknown): error is EtcdError {
  return error instanceof EtcdError && !HOPELESS.has(error.code) &&
    (error.retryable || error.maybeCommitted);
}

/** Whether only something held is lost, so that a new one may be had. */
export function isLoss(error: unknown): error is EtcdError {
  return error instanceof EtcdError && LOST.has(error.code);
}

/** Whether a watch cannot go on, as what comes next is no longer there. */
export function isHistoryGone(
  error: unknown,
): error is CompactedError | HistoryLostError {
  return error instanceof CompactedError || error instanceof HistoryLostError;
}
