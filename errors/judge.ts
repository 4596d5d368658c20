import { callError } from "./_call_error.ts";
import { vary } from "./backoff.ts";
import { type CallFailure, type Classification, classify } from "./classify.ts";
import { type ErrorCode, GRPC_CODE } from "./codes.ts";
import { isInDoubt, mayBeRepeated } from "./doubt.ts";
import type { Attempt, EtcdError } from "./etcd_error.ts";
import type { Blame, RetryPolicy } from "./retry_policy.ts";

/** The call whose attempt has failed, as {@linkcode judge} needs it. */
export interface JudgeContext {
  /** Completes "Cannot …" in the error. */
  readonly action: string;
  /** The method, such as `KV.Put`. */
  readonly method: string;
  /** The server version the method needs, when newer than 3.4. */
  readonly since: string | undefined;
  /** The endpoint the attempt went to. */
  readonly endpoint: string;
  /** The effect of repeating the request. */
  readonly effect: "read" | "idempotent" | "write";
  /** The number of this attempt within the call, from 1. */
  readonly attempt: number;
  /** The latest of the earlier attempts, all failed. */
  readonly earlier: readonly Attempt[];
  /** Whether an earlier attempt may have been applied. */
  readonly maybeCommitted: boolean;
  /** The duration of this attempt, in milliseconds. */
  readonly durationMs: number;
  /** The time for the whole call in milliseconds, `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** The strategy's policy. */
  readonly policy: RetryPolicy;
  /** The number of endpoints. */
  readonly endpoints: number;
  /** Whether a fresh token could be had. */
  readonly canReauthenticate: boolean;
  /** A number from 0 up to 1, for the jitter. */
  random(): number;
}

/** The decision about a failed attempt. */
export type Verdict =
  & {
    /** The part that is to blame. */
    readonly blame: Blame;
    /** The attempt, for the list that the call keeps. */
    readonly attempt: Attempt;
    /** Whether the call may have been applied by now. */
    readonly maybeCommitted: boolean;
  }
  & (
    | { readonly action: "fail"; readonly error: EtcdError }
    | { readonly action: "retry"; readonly delayMs: number }
    | { readonly action: "reauthenticate" }
  );

const STALE_TOKEN: ReadonlySet<ErrorCode> = new Set([
  "invalid_auth_token",
  "auth_old_revision",
  "user_empty",
]);

const LEARNER: ErrorCode = "not_supported_for_learner";

// The limit of a call whose strategy has none: it may be long until another
// member is up.
const MOST_LEARNER_ATTEMPTS = 100;

const CLUSTER_TROUBLE: ReadonlySet<ErrorCode> = new Set([
  "leader_changed",
  "unhealthy",
]);

/**
 * Decides about one failed attempt: repeat the call, fetch a new token first,
 * or give up, and who is to blame. Pure and total.
 */
export function judge(failure: CallFailure, context: JudgeContext): Verdict {
  const what = classify(failure);
  const maybeCommitted = context.maybeCommitted ||
    isInDoubt(context.effect, what.applied);
  const common = {
    blame: blameOf(what, failure),
    attempt: {
      endpoint: context.endpoint,
      code: what.code,
      durationMs: context.durationMs,
    },
    maybeCommitted,
  };
  if (isStaleToken(what.code) && context.canReauthenticate) {
    return { ...common, action: "reauthenticate" };
  }
  const made = context.attempt;
  if (made < context.policy.maxAttempts && isRepeated(what, failure, context)) {
    return { ...common, action: "retry", delayMs: waitMs(made, context) };
  }
  const error = callError(what, failure, {
    ...context,
    attempts: [...context.earlier, common.attempt],
    maybeCommitted,
    retryable: mayBeOver(what, context) &&
      mayBeRepeated(context.effect, maybeCommitted),
  });
  return { ...common, action: "fail", error };
}

/** Whether a member refuses a token for which a new one may be accepted. */
export function isStaleToken(code: ErrorCode): boolean {
  return STALE_TOKEN.has(code);
}

/** Whether the fault may be over when the same call is made again. */
function mayBeOver(what: Classification, context: JudgeContext): boolean {
  return what.grpcCode === GRPC_CODE.unavailable ||
    what.grpcCode === GRPC_CODE.deadlineExceeded ||
    what.code === "too_many_requests" ||
    (what.code === LEARNER && mayHaveVoter(context));
}

function isRepeated(
  what: Classification,
  failure: CallFailure,
  context: JudgeContext,
): boolean {
  if (failure.ownDeadline) return false;
  const { policy } = context;
  if (what.code === LEARNER) {
    return policy.repeatOnLearner && mayHaveVoter(context) &&
      context.attempt < MOST_LEARNER_ATTEMPTS;
  }
  // A request that never left is repeated, whatever its effect. One that etcd
  // answered has left, whatever the transport says.
  if (failure.reach === "unsent" && !what.fromEtcd) {
    return what.grpcCode === GRPC_CODE.unavailable;
  }
  if (
    failure.reach === "unprocessed" && !what.fromEtcd &&
    policy.resendRefused && context.attempt === 1
  ) return true;
  if (context.effect === "write") return false;
  // A lost connection is INTERNAL in grpc-go 1.0 and UNAVAILABLE since; each
  // generation repeats reads on its own.
  if (what.code === "connection_lost") return policy.repeatOn.length > 0;
  switch (what.grpcCode) {
    case GRPC_CODE.unavailable:
      return policy.repeatOn.includes("unavailable");
    case GRPC_CODE.internal:
      return policy.repeatOn.includes("internal");
    default:
      return false;
  }
}

/** Whether there is an endpoint that has not said that it is a learner. */
function mayHaveVoter(
  { endpoint, earlier, endpoints }: JudgeContext,
): boolean {
  const learners = earlier.filter(({ code }) => code === LEARNER)
    .map((attempt) => attempt.endpoint);
  return new Set([...learners, endpoint]).size < endpoints;
}

function blameOf(what: Classification, failure: CallFailure): Blame {
  if (what.code === "connection_lost") return "connection";
  if (what.code === LEARNER) return "learner";
  if (CLUSTER_TROUBLE.has(what.code)) return "cluster";
  switch (what.grpcCode) {
    case GRPC_CODE.unavailable:
      return failure.reach !== "unsent" || what.fromEtcd
        ? "member"
        : "connection";
    // The caller's own deadline is the member's fault too: it is what lets
    // grpc1.7 leave a silent member.
    case GRPC_CODE.deadlineExceeded:
    case GRPC_CODE.internal:
      return "member";
    default:
      return "call";
  }
}

function waitMs(made: number, context: JudgeContext): number {
  const { policy } = context;
  const quorum = policy.waitBefore === "attempt"
    ? 1
    : Math.floor(context.endpoints / 2) + 1;
  return made % quorum === 0
    ? vary(policy.waitMs, policy.jitter, context.random)
    : 0;
}
