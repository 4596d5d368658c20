import type { Metadata, StatusObject } from "@grpc/grpc-js";
import { GRPC_CODE } from "../../errors/codes.ts";
import { wireEndOf } from "./_wire_ends.ts";
import type { CallStatus } from "../transport/mod.ts";

// The gRPC codes of HTTP statuses; the others are UNKNOWN.
const GRPC_CODE_OF_HTTP: Readonly<Record<number, number>> = {
  400: GRPC_CODE.internal,
  401: GRPC_CODE.unauthenticated,
  403: GRPC_CODE.permissionDenied,
  404: GRPC_CODE.unimplemented,
  429: GRPC_CODE.unavailable,
  502: GRPC_CODE.unavailable,
  503: GRPC_CODE.unavailable,
  504: GRPC_CODE.unavailable,
};

/**
 * Turns the status of grpc-js into ours. `headers` are those of the answer, if
 * one had begun; an answer that is only a status has them in the status.
 */
export function toCallStatus(
  { code, details, metadata }: StatusObject,
  headers: Metadata | undefined,
): CallStatus {
  const { resetCode, stream } = wireEndOf(metadata) ?? {};
  const cutShort = stream?.cutShort === true;
  const httpStatus = stream?.httpStatus;
  const [type] = (headers ?? metadata).get("content-type");
  const foreign = headers !== undefined &&
    !String(type).startsWith("application/grpc");
  // grpc-js says so itself of a message that is too large.
  const tooLarge = code === GRPC_CODE.resourceExhausted &&
    stream?.ended === false;
  const text = cutShort ? `Received HTTP status code ${httpStatus}` : details;
  return {
    grpcCode: cutShort
      ? GRPC_CODE_OF_HTTP[httpStatus ?? 0] ?? GRPC_CODE.unknown
      : code,
    details: foreign
      ? `${text}; that is no gRPC answer, is it an etcd server?`
      : text,
    reach: stream?.unprocessed === true ? "unprocessed" : type !== undefined &&
        (cutShort || (resetCode === undefined && !tooLarge))
      ? "answered"
      : "unanswered",
    httpStatus,
  };
}
