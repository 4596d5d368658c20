/**
 * A call: its options, attempts, token, answer and errors.
 *
 * @module
 */
export { requireVersion } from "./_require_version.ts";
export { ClusterGuard } from "./_cluster_guard.ts";
export { type Credentials, resolveCredentials } from "./_credentials.ts";
export { type LateCall, notOpenedError } from "./_errors.ts";
export { headersOf, keptHeaders } from "./_headers.ts";
export { type Intercepted, Interception } from "./_interception.ts";
export { joinHeaders, OwnHeaders } from "./_own_headers.ts";
export { RetryingCaller } from "./_retrying_caller.ts";
export { TokenKeeper } from "./_token_keeper.ts";
export type { CallTrace, TraceableCaller, TracedOptions } from "./_trace.ts";
export type { AuthOptions, Provided } from "./auth_options.ts";
export type { Caller, UnaryCall } from "./caller.ts";
export type {
  InterceptedCall,
  InterceptedEnd,
  Interceptor,
  InterceptorChanges,
  NextAttempt,
  RequestHeaders,
} from "./interceptor.ts";
export { type CallOptions, timeoutOf } from "./options.ts";
