import type { RequestBytes } from "../../balancers/transport/mod.ts";
import type { SubConnection } from "../../balancers/sub_connection.ts";
import type { Attempt } from "../../errors/etcd_error.ts";
import type { Verdict } from "../../errors/judge.ts";
import type { Effect, Method } from "../../proto/method.ts";
import type { TokenKeeper } from "./_token_keeper.ts";
import type { CallTrace } from "./_trace.ts";

const KEPT_ATTEMPTS = 100;
const NOTHING = Object.freeze([]);

/** The parts of a call that stay as they are. */
export interface CallParts {
  /** The method. */
  readonly method: Pick<
    Method<never, unknown>,
    "effect" | "name" | "path" | "provesQuorum" | "since"
  >;
  /** Completes "Cannot …" in errors. */
  readonly action: string;
  /** The request, as the method's message. */
  readonly message: unknown;
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
}

/**
 * The state of a call, which goes from one attempt to the next. There is one for
 * each call that runs: nothing is made that nearly all do without.
 */
export class CallState implements CallParts {
  readonly method: CallParts["method"];
  readonly action: string;
  readonly message: unknown;
  readonly request: RequestBytes;
  readonly tokens: TokenKeeper | undefined;
  readonly timeoutMs: number;
  readonly deadlineAt: number;
  readonly signal: AbortSignal | undefined;
  readonly trace: CallTrace | undefined;
  /** The number of attempts that were made; all failed. */
  made = 0;
  /** The number of attempts that were refused for their token. */
  refusedTokens = 0;
  /** The latest of them. */
  attempts: readonly Attempt[] = NOTHING;
  /** The connections they went to. */
  tried: readonly SubConnection[] = NOTHING;
  /** Whether one of them may have been applied. */
  maybeCommitted = false;

  constructor(parts: CallParts) {
    this.method = parts.method;
    this.action = parts.action;
    this.message = parts.message;
    this.request = parts.request;
    this.tokens = parts.tokens;
    this.timeoutMs = parts.timeoutMs;
    this.deadlineAt = parts.deadlineAt;
    this.signal = parts.signal;
    this.trace = parts.trace;
  }

  /** Says what repeating the request can do. */
  effect(): Effect {
    return this.method.effect(this.message as never);
  }

  /** Whether its success took a majority of the members. */
  provesQuorum(): boolean {
    return this.method.provesQuorum?.(this.message as never) === true;
  }
}

/** Notes a failed attempt; of a call without a limit only the latest stay. */
export function remember(
  call: CallState,
  { action, attempt, maybeCommitted }: Verdict,
  connection: SubConnection,
): void {
  keep(call, attempt, { connection });
  if (action === "reauthenticate") call.refusedTokens++;
  call.maybeCommitted = maybeCommitted;
  call.trace?.retried(attempt);
}

/** Notes an attempt that failed beside another one, which went on. */
export function rememberBeside(
  call: CallState,
  attempt: Attempt,
  { connection }: { readonly connection: SubConnection },
): void {
  keep(call, attempt, { connection });
  call.trace?.failedBeside(attempt);
}

/** Keeps the latest attempts in mind. */
function keep(
  call: CallState,
  attempt: Attempt,
  { connection }: { readonly connection: SubConnection },
): void {
  call.made++;
  call.attempts = [...call.attempts.slice(1 - KEPT_ATTEMPTS), attempt];
  if (!call.tried.includes(connection)) {
    call.tried = [...call.tried, connection];
  }
}
