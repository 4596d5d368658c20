import type { Metadata, StatusObject } from "@grpc/grpc-js";
import { GRPC_CODE } from "../../errors/codes.ts";
import { wireEndOf } from "./_wire_ends.ts";
import { type CallStatus, grpcCodeOfHttp } from "../transport/mod.ts";

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
    grpcCode: cutShort ? grpcCodeOfHttp(httpStatus) : code,
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
