import type { BalancerSnapshot } from "../../balancers/view.ts";
import { BalancerError } from "../../errors/balancer_error.ts";
import { clientClosedError } from "../../errors/client_closed.ts";
import { type ErrorCode, GRPC_CODE } from "../../errors/codes.ts";
import {
  doubtText,
  inDoubt,
  isInDoubt,
  mayBeRepeated,
} from "../../errors/doubt.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import {
  type ClientClosedError,
  createError,
  TimeoutError,
  TlsError,
  type TlsFault,
  UnavailableError,
} from "../../errors/specific_errors.ts";
import type { CallState } from "./_state.ts";

/** Codes of errors that every call has at once, until the program is changed. */
const HOPELESS: ReadonlySet<ErrorCode> = new Set([
  "deno_permission",
  "missing_package",
]);

/** The client was closed before or during the call. */
export function callClosedError(call: CallState): ClientClosedError {
  const { action, method, maybeCommitted, attempts } = call;
  return clientClosedError({
    action,
    method: method.name,
    maybeCommitted,
    attempts,
  });
}

/** The strategy has failed the pick: with an error of its own, or by a fault. */
export function pickError(call: CallState, error: Error): Error {
  const { attempts, maybeCommitted } = call;
  const tail = doubtText(maybeCommitted);
  if (error instanceof EtcdError && HOPELESS.has(error.code)) {
    const text = error.message.replace(
      /^Cannot connect/,
      `Cannot ${call.action}`,
    );
    const { code } = error;
    const method = call.method.name;
    const init = { code, method, maybeCommitted, attempts, cause: error.cause };
    return createError(`${text}${tail}`, init);
  }
  if (!(error instanceof BalancerError)) {
    return maybeCommitted ? inDoubt(error, { attempts }) : error;
  }
  return new BalancerError(`${error.message}${tail}`, {
    balancer: error.balancer,
    cause: error.cause,
    method: call.method.name,
    endpoint: attempts.at(-1)?.endpoint,
    maybeCommitted,
    attempts,
  });
}

/** A call whose time is over, as its error describes it. */
export type LateCall = Pick<
  CallState,
  | "action"
  | "attempts"
  | "effect"
  | "made"
  | "maybeCommitted"
  | "method"
  | "timeoutMs"
>;

/** The deadline has passed before the first attempt, or between two. */
export function outOfTimeError(
  call: LateCall,
  balancer: BalancerSnapshot,
): EtcdError {
  const last = call.attempts.at(-1);
  if (last === undefined) return notReachedError(call, balancer);
  const { attempts, timeoutMs, action, maybeCommitted } = call;
  return new TimeoutError(
    `Cannot ${action}: no success within ${timeoutMs} ms and ${call.made} attempts (timeout), the last one at ${last.endpoint} (${last.code})${
      doubtText(maybeCommitted)
    }; ${stateOfEach(balancer)}`,
    {
      code: "timeout",
      grpcCode: GRPC_CODE.deadlineExceeded,
      method: call.method.name,
      endpoint: last.endpoint,
      retryable: mayBeRepeated(call.effect(), maybeCommitted),
      maybeCommitted,
      attempts,
    },
  );
}

/** The deadline has passed, and there was no attempt. */
function notReachedError(
  call: LateCall,
  balancer: BalancerSnapshot,
): EtcdError {
  const state = balancer.endpoints.some(({ state }) => state === "ready")
    ? `the balancer '${balancer.strategy}' gave no connection`
    : "no endpoint could be reached";
  const { action, timeoutMs, method, maybeCommitted } = call;
  const text = `Cannot ${action}: ${state} within ${timeoutMs} ms`;
  const init = {
    grpcCode: GRPC_CODE.unavailable,
    method: method.name,
    retryable: mayBeRepeated(call.effect(), maybeCommitted),
    maybeCommitted,
  };
  const endpoints = stateOfEach(balancer);
  const fault = commonTlsFault(balancer);
  return fault === undefined
    ? new UnavailableError(`${text} (unavailable): ${endpoints}`, {
      ...init,
      code: "unavailable",
    })
    : new TlsError(`${text} (tls_failed): ${endpoints}`, { ...init, fault });
}

function stateOfEach({ endpoints }: BalancerSnapshot): string {
  return endpoints
    .map(({ endpoint, state, lastError }) =>
      `${endpoint}: ${lastError ?? state}`
    )
    .join("; ");
}

/** Why TLS fails, if it fails for each endpoint: that of the first one. */
function commonTlsFault({ endpoints }: BalancerSnapshot): TlsFault | undefined {
  const failed = endpoints.filter(({ lastError }) => lastError !== undefined);
  return failed.every(({ tlsFault }) => tlsFault !== undefined)
    ? failed[0]?.tlsFault
    : undefined;
}

/**
 * The error that keeps a call from going on. If an earlier attempt may have
 * been applied, the error says so.
 */
export function interruptedError(call: CallState, error: unknown): unknown {
  const { maybeCommitted, attempts, method: { name: method } } = call;
  return maybeCommitted ? inDoubt(error, { method, attempts }) : error;
}

/** The deadline has passed, and a function of the user's has not answered. */
export function notProvidedError(call: LateCall, option: string): TimeoutError {
  const { action, timeoutMs, maybeCommitted } = call;
  const tail = doubtText(maybeCommitted);
  return new TimeoutError(
    `Cannot ${action}: the function in '${option}' returned nothing within ${timeoutMs} ms (timeout)${tail}`,
    {
      code: "timeout",
      grpcCode: GRPC_CODE.deadlineExceeded,
      method: call.method.name,
      retryable: mayBeRepeated(call.effect(), maybeCommitted),
      maybeCommitted,
      attempts: call.attempts,
    },
  );
}

/** The deadline has passed, and the token was still being tried. */
export function silentError(call: LateCall, endpoint: string): TimeoutError {
  const { action, timeoutMs, maybeCommitted } = call;
  const tail = doubtText(maybeCommitted);
  return new TimeoutError(
    `Cannot ${action}: no answer from ${endpoint} within ${timeoutMs} ms (timeout)${tail}`,
    {
      code: "timeout",
      grpcCode: GRPC_CODE.deadlineExceeded,
      method: call.method.name,
      endpoint,
      retryable: mayBeRepeated(call.effect(), maybeCommitted),
      maybeCommitted,
      attempts: call.attempts,
    },
  );
}

/** The time has passed, and no stream was opened, or a function not answered. */
export function notOpenedError(
  { waitingFor, ...late }:
    & Pick<LateCall, "action" | "method" | "timeoutMs">
    & { readonly waitingFor: string | undefined },
  balancer: BalancerSnapshot,
): EtcdError {
  const call: LateCall = {
    ...late,
    attempts: [],
    made: 0,
    maybeCommitted: false,
    effect: () => "read",
  };
  return waitingFor === undefined
    ? outOfTimeError(call, balancer)
    : notProvidedError(call, waitingFor);
}

/** The reply is not one of the method's. */
export function protocolError(
  call: CallState,
  { endpoint, cause }: { readonly endpoint: string; readonly cause: unknown },
): EtcdError {
  const maybeCommitted = isInDoubt(call.effect());
  const tail = doubtText(maybeCommitted);
  return new EtcdError(
    `Cannot ${call.action}: ${endpoint} sent a reply that is no valid etcd message (protocol)${tail}`,
    {
      code: "protocol",
      grpcCode: GRPC_CODE.internal,
      endpoint,
      method: call.method.name,
      maybeCommitted,
      attempts: call.attempts,
      cause,
    },
  );
}
