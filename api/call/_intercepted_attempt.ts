import type { Picked } from "../../balancers/pool/mod.ts";
import type { Clock, Headers } from "../../balancers/transport/mod.ts";
import { classify } from "../../errors/classify.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { isInDoubt } from "../../errors/doubt.ts";
import { callClosedError, interruptedError } from "./_errors.ts";
import type { EndedAttempt } from "./_followed_run.ts";
import type { Intercepted, Interception } from "./_interception.ts";
import { isOwnDeadline } from "./_judge_attempt.ts";
import { joinHeaders } from "./_own_headers.ts";
import { shownMessage } from "./_shown_message.ts";
import type { CallState } from "./_state.ts";
import type { InterceptedCall, InterceptedEnd } from "./interceptor.ts";

/** An attempt that has ended, and the fault of the interceptor around it. */
export interface InterceptedAttempt extends EndedAttempt {
  readonly fault?: unknown;
}

/** The parts of a client that attempts are intercepted with. */
export interface InterceptParts {
  readonly interception?: Interception | undefined;
  readonly pool: { readonly closed: boolean };
  readonly clock: Pick<Clock, "now">;
}

/** An attempt that is about to be made. */
export interface AttemptToMake {
  readonly picked: Picked;
  readonly headers: Headers | undefined;
  /** Reads the reply, as the method does. */
  decode(bytes: Uint8Array): unknown;
  /** Makes it, with these headers. */
  run(headers: Headers | undefined): Promise<EndedAttempt>;
}

/** Makes an attempt, with the interceptor around it. */
export async function runIntercepted(
  call: CallState,
  attempt: AttemptToMake,
  { interception, pool, clock }: InterceptParts,
): Promise<InterceptedAttempt> {
  if (interception === undefined) return await attempt.run(attempt.headers);
  let begun: Intercepted;
  try {
    begun = await interception.begin(calledFor(call, attempt), call);
  } catch (error) {
    call.signal?.throwIfAborted();
    throw pool.closed ? callClosedError(call) : interruptedError(call, error);
  }
  const { picked } = attempt;
  let ended: EndedAttempt;
  try {
    ended = picked.transport.ready
      ? await attempt.run(joinHeaders(attempt.headers, begun.headers))
      : lost(picked, clock.now());
  } catch (error) {
    begun.giveUp(error);
    throw error;
  }
  const fault = await begun.end(endFor(call, attempt, ended));
  return fault === undefined ? ended : { ...ended, fault };
}

/**
 * The error of a call that has been answered, or would be repeated, but for a
 * fault of the interceptor.
 */
export function faultOf(
  call: CallState,
  { answer, fault }: InterceptedAttempt,
): unknown {
  if (answer instanceof Uint8Array) {
    call.maybeCommitted ||= isInDoubt(call.effect());
  }
  return interruptedError(call, fault);
}

/** The connection was lost while the interceptor was busy. */
function lost(picked: Picked, nowMs: number): EndedAttempt {
  return {
    picked,
    startedAt: nowMs,
    endedAt: nowMs,
    answer: {
      grpcCode: GRPC_CODE.unavailable,
      details: "the connection was lost before the interceptor called next()",
      reach: "unsent",
    },
  };
}

function calledFor(
  { method, made, message }: CallState,
  { picked }: AttemptToMake,
): InterceptedCall {
  return {
    method: method.name,
    kind: "unary",
    endpoint: picked.connection.endpoint,
    attempt: made + 1,
    get request() {
      return shownMessage(message);
    },
  };
}

function endFor(
  call: CallState,
  { decode }: AttemptToMake,
  { answer, picked, startedAt, endedAt }: EndedAttempt,
): InterceptedEnd {
  const { endpoint } = picked.connection;
  const durationMs = endedAt - startedAt;
  if (answer instanceof Uint8Array) {
    return {
      kind: "answered",
      endpoint,
      durationMs,
      get response() {
        return shownMessage(decode(answer));
      },
    };
  }
  const { code } = classify({
    ...answer,
    disconnected: !picked.transport.ready,
    ownDeadline: isOwnDeadline(call, { status: answer, endedAt }),
  });
  const { details: reason } = answer;
  return { kind: "failed", endpoint, durationMs, code, reason };
}
