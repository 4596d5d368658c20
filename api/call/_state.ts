import type { SubConnection } from "../../balancers/strategy.ts";
import type { Attempt } from "../../errors/etcd_error.ts";
import type { Effect, Method } from "../../proto/method.ts";
import type { CallTrace } from "./_trace.ts";

/** What a call carries from one attempt to the next. */
export interface CallState {
  /** The method. */
  readonly method: Pick<Method<never, unknown>, "name" | "path" | "since">;
  /** What it does, completing "Cannot …". */
  readonly action: string;
  /** What repeating the request can do. */
  effect(): Effect;
  /** The time for the whole call in milliseconds, `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** When that is over, on the clock of `performance.now()`. */
  readonly deadlineAt: number;
  /** Ends the call. */
  readonly signal: AbortSignal | undefined;
  /** Follows it. */
  readonly trace: CallTrace | undefined;
  /** How many attempts were made, all failed. */
  made: number;
  /** How many of them were refused for their token. */
  refusedTokens: number;
  /** The latest of them. */
  readonly attempts: Attempt[];
  /** The connections they went to. */
  readonly tried: SubConnection[];
  /** Whether one of them may have been applied. */
  maybeCommitted: boolean;
}

const KEPT_ATTEMPTS = 100;

/** Notes a failed attempt; of a call without a limit only the latest stay. */
export function remember(
  call: CallState,
  attempt: Attempt,
  connection: SubConnection,
): void {
  call.made++;
  call.attempts.push(attempt);
  if (call.attempts.length > KEPT_ATTEMPTS) call.attempts.shift();
  if (!call.tried.includes(connection)) call.tried.push(connection);
  call.trace?.retried(attempt);
}
