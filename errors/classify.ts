import { findEtcdMessage } from "./_messages.ts";
import { type ErrorCode, GRPC_CODE } from "./codes.ts";
import type { Reach } from "./reach.ts";

/**
 * The facts about a call that failed, without any interpretation. The transport
 * gives them; {@linkcode classify} and `judge` read them.
 */
export interface CallFailure {
  /** The gRPC status code the call ended with. */
  readonly grpcCode: number;
  /** The status text. */
  readonly details: string;
  /** The state in which the request was left. */
  readonly reach: Reach;
  /** Whether the connection was lost before the call ended. */
  readonly disconnected: boolean;
  /** Whether the caller's own deadline ended the call. */
  readonly ownDeadline: boolean;
  /** The HTTP status of the answer, if it is another one than 200. */
  readonly httpStatus?: number | undefined;
}

/** The meaning of a failed call. */
export interface Classification {
  /** One word for what happened. */
  readonly code: ErrorCode;
  /** The gRPC code; etcd's table wins over the one the server sent. */
  readonly grpcCode: number;
  /** Whether etcd itself said so, in one of its own messages. */
  readonly fromEtcd: boolean;
  /** Whether a write that ended so can have been applied. */
  readonly applied: "never" | "maybe";
}

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  [GRPC_CODE.canceled]: "canceled",
  [GRPC_CODE.unknown]: "unknown",
  [GRPC_CODE.invalidArgument]: "invalid_argument",
  [GRPC_CODE.deadlineExceeded]: "server_deadline_exceeded",
  [GRPC_CODE.notFound]: "not_found",
  [GRPC_CODE.alreadyExists]: "already_exists",
  [GRPC_CODE.permissionDenied]: "permission_denied",
  [GRPC_CODE.resourceExhausted]: "resource_exhausted",
  [GRPC_CODE.failedPrecondition]: "failed_precondition",
  [GRPC_CODE.aborted]: "aborted",
  [GRPC_CODE.outOfRange]: "out_of_range",
  [GRPC_CODE.unimplemented]: "unsupported",
  [GRPC_CODE.internal]: "internal",
  [GRPC_CODE.unavailable]: "unavailable",
  [GRPC_CODE.dataLoss]: "data_loss",
  [GRPC_CODE.unauthenticated]: "unauthenticated",
};

const CONTENT_TOO_LARGE = 413;

// The statuses that a server gives before its handler runs, or instead of it.
const REFUSED: ReadonlySet<number> = new Set([
  GRPC_CODE.invalidArgument,
  GRPC_CODE.notFound,
  GRPC_CODE.permissionDenied,
  GRPC_CODE.resourceExhausted,
  GRPC_CODE.failedPrecondition,
  GRPC_CODE.outOfRange,
  GRPC_CODE.unimplemented,
  GRPC_CODE.unauthenticated,
]);

/**
 * Names a failure. etcd's own messages come first. A lost connection is
 * recognised by `disconnected`, because grpc-js reports it under several codes
 * (14, but 13 and 2 as well, measured).
 */
export function classify(failure: CallFailure): Classification {
  if (failure.ownDeadline) {
    return {
      code: "timeout",
      grpcCode: GRPC_CODE.deadlineExceeded,
      fromEtcd: false,
      applied: failure.reach === "unsent" ? "never" : "maybe",
    };
  }
  const message = findEtcdMessage(failure.details);
  if (message === undefined) return classifyByStatus(failure);
  const { code, grpcCode, applied } = message;
  return { code, grpcCode, fromEtcd: true, applied };
}

/** Names a failure that etcd itself has not put in words. */
function classifyByStatus(failure: CallFailure): Classification {
  // This is the answer of a proxy, which has not passed the request on.
  if (failure.httpStatus === CONTENT_TOO_LARGE) {
    return {
      code: "request_too_large",
      grpcCode: GRPC_CODE.invalidArgument,
      fromEtcd: false,
      applied: "never",
    };
  }
  if (failure.disconnected) {
    return {
      code: "connection_lost",
      grpcCode: GRPC_CODE.unavailable,
      fromEtcd: false,
      applied: wasLookedAt(failure) ? "maybe" : "never",
    };
  }
  return {
    code: CODE_OF_STATUS[failure.grpcCode] ?? "unknown",
    grpcCode: failure.grpcCode,
    fromEtcd: false,
    applied: wasLookedAt(failure) && !isRefusal(failure) ? "maybe" : "never",
  };
}

/** Whether the server may have begun to serve the request. */
function wasLookedAt({ reach }: CallFailure): boolean {
  return reach === "unanswered" || reach === "answered";
}

/** Whether the server said that it did not even try. */
function isRefusal({ grpcCode, reach }: CallFailure): boolean {
  return reach === "answered" && REFUSED.has(grpcCode);
}
