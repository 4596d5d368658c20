/**
 * Steps that several recipes take: pauses, calls that are made until they are
 * answered, and what has become of a write whose answer was lost.
 *
 * @module
 */
export { Backoff, type PauseClock, RETRY_BACKOFF } from "./_backoff.ts";
export {
  changeAfter,
  type FirstChange,
  firstChange,
  type KeyState,
} from "./_first_change.ts";
export { besideOf, NamedKeys } from "./_named_keys.ts";
export { guardOf } from "./_guard.ts";
export { type Lane, type OnceOutcome, OnceWriter } from "./_once.ts";
export { Pacing, type PacingClock } from "./_pacing.ts";
export { type Author, authorByReceipt, type Receipt } from "./_receipt.ts";
export { isHistoryGone, isLoss, isWorthRepeating } from "./_repeatable.ts";
export {
  checkSessionSource,
  SessionKeeper,
  type SessionSource,
} from "./_session_keeper.ts";
export { SessionWriter } from "./_session_writer.ts";
export { PROGRESS_BACKOFF, SureProgress } from "./_sure_progress.ts";
export {
  type Answered,
  ATTEMPT_MS,
  untilAnswered,
  type UntilAnsweredOptions,
} from "./_until_answered.ts";
export {
  checkFunction,
  checkKeyspace,
  keepKey,
  type KeptKey,
} from "./_arguments.ts";
export { type ReadKeys, untilChanged } from "./_until_changed.ts";
export { watchAfterRead } from "./_watch_after_read.ts";
