/**
 * The errors this client throws, and the handler that decides about them.
 *
 * ```ts
 * import { EtcdError } from "@etcdeno/client/errors";
 *
 * function advice(error: unknown): string {
 *   if (!(error instanceof EtcdError)) throw error;
 *   if (error.maybeCommitted) return "read before you write again";
 *   return error.retryable ? "try again" : error.code;
 * }
 * console.log(advice(new EtcdError("Cannot put: x", { code: "no_space" })));
 * ```
 *
 * @module
 */
export { BalancerError } from "./balancer_error.ts";
export { type ErrorCode, GRPC_CODE, grpcCodeName } from "./codes.ts";
export { type Attempt, EtcdError, type EtcdErrorInit } from "./etcd_error.ts";
export { type CodecDirection, CodecError } from "./codec_error.ts";
export { HistoryLostError } from "./history_lost_error.ts";
export { InterceptorError } from "./interceptor_error.ts";
export { InvalidOptionError } from "./invalid_option_error.ts";
export { StaleReadError } from "./stale_read_error.ts";
export {
  AuthError,
  CanceledError,
  ClientClosedError,
  ClusterMismatchError,
  CompactedError,
  CorruptError,
  FutureRevisionError,
  type LeaseLossReason,
  LeaseLostError,
  LeaseNotFoundError,
  LockLostError,
  NoLeaderError,
  NoSpaceError,
  PermissionDeniedError,
  TimeoutError,
  TlsError,
  type TlsFault,
  UnavailableError,
  UnsupportedError,
} from "./specific_errors.ts";
export { type CallFailure, type Classification, classify } from "./classify.ts";
export { judge, type JudgeContext, type Verdict } from "./judge.ts";
export type { Reach } from "./reach.ts";
export type { Blame, RetryPolicy } from "./retry_policy.ts";
export {
  backoffMs,
  type BackoffPolicy,
  CONNECTION_BACKOFF,
} from "./backoff.ts";
