import type { CallStatus } from "../../balancers/transport/mod.ts";
import { type ErrorCode, GRPC_CODE } from "../../errors/codes.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import { judge } from "../../errors/judge.ts";
import type { Blame, RetryPolicy } from "../../errors/retry_policy.ts";
import type { Method } from "../../proto/method.ts";

/** A stream that has ended. */
export interface EndedStream {
  /** The method. */
  readonly method: Pick<Method<never, unknown>, "name" | "since">;
  /** The endpoint it ran on. */
  readonly endpoint: string;
  /** The number of endpoints. */
  readonly endpoints: number;
  /** Whether its connection was lost. */
  readonly disconnected: boolean;
  /** The time it ran, in milliseconds. */
  readonly durationMs: number;
  /** The stream's purpose, completing "Cannot …". */
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

/** The error of a stream that should have gone on, and who is to blame. */
export function judgeStream(
  { grpcCode, details, reach }: CallStatus,
  stream: EndedStream,
): { readonly error: EtcdError; readonly blame: Blame } {
  const ended = grpcCode === GRPC_CODE.ok;
  const verdict = judge({
    grpcCode: ended ? GRPC_CODE.unavailable : grpcCode,
    details: ended ? "the server ended the stream" : details,
    reach,
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
    // Nothing is drawn where nothing is repeated.
    random: () => 0,
  });
  if (verdict.action !== "fail") {
    throw new Error(`Cannot judge the end of a stream: ${verdict.action}`);
  }
  return verdict;
}

// Codes that another attempt would only fail with again.
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

/** Whether a stream that ended so is not worth opening again. */
export function isFinal({ code, retryable }: EtcdError): boolean {
  return FINAL.has(code) && !retryable;
}
