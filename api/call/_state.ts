import type { RequestBytes } from "../../balancers/transport/mod.ts";
import type { SubConnection } from "../../balancers/strategy.ts";
import type { Attempt } from "../../errors/etcd_error.ts";
import type { Verdict } from "../../errors/judge.ts";
import type { Effect, Method } from "../../proto/method.ts";
import type { TokenKeeper } from "./_token_keeper.ts";
import type { CallTrace } from "./_trace.ts";

/** The state of a call, which goes from one attempt to the next. */
export interface CallState {
  /** The method. */
  readonly method: Pick<Method<never, unknown>, "name" | "path" | "since">;
  /** Completes "Cannot …" in errors. */
  readonly action: string;
  /** Says what repeating the request can do. */
  effect(): Effect;
  /** The request, or what makes it for each attempt. */
  readonly request: RequestBytes;
  /** Gives the token that is sent along; missing if none is. */
  readonly tokens: TokenKeeper | undefined;
  /** The time for the whole call in milliseconds, `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** When that time is over, on the client's clock. */
  readonly deadlineAt: number;
  /** Ends the call. */
  readonly signal: AbortSignal | undefined;
  /** Follows the call. */
  readonly trace: CallTrace | undefined;
  /** The number of attempts that were made; all failed. */
  made: number;
  /** The number of attempts that were refused for their token. */
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
  { action, attempt, maybeCommitted }: Verdict,
  connection: SubConnection,
): void {
  call.made++;
  if (action === "reauthenticate") call.refusedTokens++;
  call.maybeCommitted = maybeCommitted;
  call.attempts.push(attempt);
  if (call.attempts.length > KEPT_ATTEMPTS) call.attempts.shift();
  if (!call.tried.includes(connection)) call.tried.push(connection);
  call.trace?.retried(attempt);
}
