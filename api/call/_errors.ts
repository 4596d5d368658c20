import type { BalancerSnapshot } from "../../balancers/view.ts";
import { BalancerError } from "../../errors/balancer_error.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import {
  doubtText,
  inDoubt,
  isInDoubt,
  mayBeRepeated,
} from "../../errors/doubt.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import {
  ClientClosedError,
  createError,
  TimeoutError,
  TlsError,
  type TlsFault,
  UnavailableError,
} from "../../errors/specific_errors.ts";
import type { CallState } from "./_state.ts";

/** The client was closed before or during the call. */
export function closedError(call: CallState): ClientClosedError {
  return new ClientClosedError(
    `Cannot ${call.action}: the client is closed${
      doubtText(call.maybeCommitted)
    }`,
    {
      code: "client_closed",
      grpcCode: GRPC_CODE.canceled,
      method: call.method.name,
      maybeCommitted: call.maybeCommitted,
      attempts: call.attempts,
    },
  );
}

/** The strategy has failed the pick, with its own error or by a mistake. */
export function pickError(call: CallState, error: Error): Error {
  const { attempts, maybeCommitted } = call;
  const tail = doubtText(maybeCommitted);
  if (error instanceof EtcdError && error.code === "deno_permission") {
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

/** What is told of a call whose time is over. */
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
  const { attempts, timeoutMs, action, maybeCommitted } = call;
  const endpoints = balancer.endpoints
    .map(({ endpoint, state, lastError }) =>
      `${endpoint}: ${lastError ?? state}`
    )
    .join("; ");
  const last = attempts.at(-1);
  const init = {
    method: call.method.name,
    endpoint: last?.endpoint,
    retryable: mayBeRepeated(call.effect(), maybeCommitted),
    maybeCommitted,
    attempts,
  };
  if (last === undefined) {
    const what = balancer.endpoints.some(({ state }) => state === "ready")
      ? `the balancer '${balancer.strategy}' gave no connection`
      : "no endpoint could be reached";
    const text = `Cannot ${action}: ${what} within ${timeoutMs} ms`;
    const grpcCode = GRPC_CODE.unavailable;
    const fault = commonTlsFault(balancer);
    return fault === undefined
      ? new UnavailableError(`${text} (unavailable): ${endpoints}`, {
        ...init,
        code: "unavailable",
        grpcCode,
      })
      : new TlsError(`${text} (tls_failed): ${endpoints}`, {
        ...init,
        grpcCode,
        fault,
      });
  }
  return new TimeoutError(
    `Cannot ${action}: no success within ${timeoutMs} ms and ${call.made} attempts (timeout), the last one at ${last.endpoint} (${last.code})${
      doubtText(maybeCommitted)
    }; ${endpoints}`,
    { ...init, code: "timeout", grpcCode: GRPC_CODE.deadlineExceeded },
  );
}

/** What TLS has against the endpoints, if it is TLS that fails for each. */
function commonTlsFault({ endpoints }: BalancerSnapshot): TlsFault | undefined {
  const failed = endpoints.filter(({ lastError }) => lastError !== undefined);
  return failed.every(({ tlsFault }) => tlsFault !== undefined)
    ? failed[0]?.tlsFault
    : undefined;
}

/**
 * What keeps a call from going on: it says so if an earlier attempt may have
 * been applied.
 */
export function keptError(call: CallState, error: unknown): unknown {
  const { maybeCommitted, attempts, method: { name: method } } = call;
  return maybeCommitted ? inDoubt(error, { method, attempts }) : error;
}

/** The time is over, and a function of the user's has still not answered. */
export function notProvidedError(call: LateCall, option: string): TimeoutError {
  const { action, timeoutMs, maybeCommitted } = call;
  const tail = doubtText(maybeCommitted);
  return new TimeoutError(
    `Cannot ${action}: the function in '${option}' gave nothing within ${timeoutMs} ms (timeout)${tail}`,
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

/** No stream could be opened in time, or a function has not answered so long. */
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

/** A reply that is not what the method gives. */
export function protocolError(
  call: CallState,
  endpoint: string,
  cause: unknown,
): EtcdError {
  const maybeCommitted = isInDoubt(call.effect());
  const tail = doubtText(maybeCommitted);
  return new EtcdError(
    `Cannot ${call.action}: the reply of ${endpoint} is not etcd's (protocol)${tail}`,
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
