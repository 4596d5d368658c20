import type { CallStatus } from "../../balancers/transport/mod.ts";
import { type ErrorCode, GRPC_CODE } from "../../errors/codes.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import { judge } from "../../errors/judge.ts";
import type { Blame, RetryPolicy } from "../../errors/retry_policy.ts";
import type { Method } from "../../proto/method.ts";

/** The stream that has ended. */
export interface EndedStream {
  /** Its method. */
  readonly method: Pick<Method<never, unknown>, "name" | "since">;
  /** The endpoint it ran on. */
  readonly endpoint: string;
  /** How many endpoints there are. */
  readonly endpoints: number;
  /** Whether its connection was lost. */
  readonly disconnected: boolean;
  /** How long it ran, in milliseconds. */
  readonly durationMs: number;
  /** What it did, completing "Cannot …". */
  readonly action: string;
}

// A stream is opened again by its owner, which knows what to replay.
const NO_REPEAT: RetryPolicy = {
  maxAttempts: 1,
  waitMs: 0,
  jitter: 0,
  waitBefore: "attempt",
  repeatOn: [],
  repeatOnLearner: false,
};

/** Why a stream has ended that its owner wanted to go on, and who is to blame. */
export function judgeStream(
  { grpcCode, details, sent = true }: CallStatus,
  stream: EndedStream,
): { readonly error: EtcdError; readonly blame: Blame } {
  const ended = grpcCode === GRPC_CODE.ok;
  const verdict = judge({
    grpcCode: ended ? GRPC_CODE.unavailable : grpcCode,
    details: ended ? "the server ended the stream" : details,
    sent,
    disconnected: stream.disconnected,
    ownDeadline: false,
  }, {
    action: stream.action,
    method: stream.method.name,
    since: stream.method.since,
    endpoint: stream.endpoint,
    effect: "read",
    attempt: 1,
    earlier: [],
    maybeCommitted: false,
    durationMs: stream.durationMs,
    timeoutMs: Infinity,
    policy: NO_REPEAT,
    endpoints: stream.endpoints,
    canReauthenticate: false,
    random: Math.random,
  });
  if (verdict.action !== "fail") {
    throw new Error(`Cannot judge the end of a stream: ${verdict.action}`);
  }
  return verdict;
}

// What another attempt would only be told again.
const FINAL: ReadonlySet<ErrorCode> = new Set([
  "client_closed",
  "permission_denied",
  "auth_failed",
  "invalid_auth_token",
  "unauthenticated",
  "user_empty",
  "unsupported",
  "invalid_argument",
  "wrong_cluster",
]);

/** Whether it is of no use to open a stream again that has ended so. */
export function isFinal({ code, retryable }: EtcdError): boolean {
  return FINAL.has(code) && !retryable;
}
