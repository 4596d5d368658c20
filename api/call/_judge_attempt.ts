import type { Picked } from "../../balancers/pool/mod.ts";
import type { CallStatus, Clock } from "../../balancers/transport/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { judge, type Verdict } from "../../errors/judge.ts";
import type { RetryPolicy } from "../../errors/retry_policy.ts";
import type { CallState } from "./_state.ts";

/** An attempt that failed. */
export interface FailedAttempt extends Picked {
  /** The status the attempt ended with. */
  readonly status: CallStatus;
  /** When it ended, on the clock. */
  readonly endedAt: number;
  /** The duration of the attempt, in milliseconds. */
  readonly durationMs: number;
}

/** The client's part in the verdict about an attempt. */
export interface JudgeSettings {
  /** The strategy's policy. */
  readonly policy: RetryPolicy;
  /** The number of endpoints. */
  readonly endpoints: number;
  /** Varies the waits. */
  readonly clock: Pick<Clock, "random">;
}

// A refused token is renewed, but not for ever.
const MOST_RENEWALS = 5;

// A server that is told the deadline may end the call a little before us.
const DEADLINE_SLACK_MS = 5;

/** Decides about a failed attempt of a call, see {@linkcode judge}. */
export function judgeAttempt(
  call: CallState,
  { status, connection, transport, endedAt, durationMs }: FailedAttempt,
  { policy, endpoints, clock }: JudgeSettings,
): Verdict {
  return judge({
    ...status,
    disconnected: !transport.ready,
    ownDeadline: isOwnDeadline(call, { status, endedAt }),
  }, {
    action: call.action,
    method: call.method.name,
    since: call.method.since,
    endpoint: connection.endpoint,
    effect: call.effect(),
    attempt: call.made + 1,
    earlier: call.attempts,
    maybeCommitted: call.maybeCommitted,
    durationMs,
    timeoutMs: call.timeoutMs,
    policy,
    endpoints,
    canReauthenticate: call.tokens?.renewable === true &&
      call.refusedTokens < MOST_RENEWALS,
    random: clock.random,
  });
}

/**
 * Whether an attempt ended as the time for the call was over. A server that is
 * told the deadline says so, or resets the stream with CANCEL (etcd 3.6, 3.7), which
 * may be seen before this side's own timer.
 */
export function isOwnDeadline(
  { deadlineAt }: Pick<CallState, "deadlineAt">,
  { status, endedAt }: Pick<FailedAttempt, "status" | "endedAt">,
): boolean {
  if (endedAt < deadlineAt - DEADLINE_SLACK_MS) return false;
  const { grpcCode, reach } = status;
  return grpcCode === GRPC_CODE.deadlineExceeded ||
    (grpcCode === GRPC_CODE.canceled && reach === "unanswered");
}
