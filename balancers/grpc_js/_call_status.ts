import { Buffer } from "node:buffer";
import {
  type Channel,
  Metadata,
  status,
  type StatusObject,
} from "@grpc/grpc-js";
import { wireEndOf } from "./_wire_ends.ts";
import type { CallStatus, Headers, RequestBytes } from "../transport/mod.ts";

// What gRPC makes of an HTTP status; the others are UNKNOWN.
const GRPC_CODE_OF_HTTP: Readonly<Record<number, number>> = {
  400: status.INTERNAL,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.UNIMPLEMENTED,
  429: status.UNAVAILABLE,
  502: status.UNAVAILABLE,
  503: status.UNAVAILABLE,
  504: status.UNAVAILABLE,
};

const NONE = new Metadata();
const CACHE = new WeakMap<Headers, Metadata>();

/** Headers as grpc-js wants them, made once for each object. */
export function metadataOf(headers: Headers | undefined): Metadata {
  if (headers === undefined) return NONE;
  let metadata = CACHE.get(headers);
  if (metadata === undefined) {
    metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) {
      metadata.set(name, value);
    }
    CACHE.set(headers, metadata);
  }
  return metadata;
}

/**
 * The end of a call as we have it. `headers` are those of the answer, if one
 * had begun; an answer that is only a status has them in the status.
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
  const text = cutShort ? `Received HTTP status code ${httpStatus}` : details;
  return {
    grpcCode: cutShort
      ? GRPC_CODE_OF_HTTP[httpStatus ?? 0] ?? status.UNKNOWN
      : code,
    details: foreign
      ? `${text}; that is no gRPC answer, is it an etcd server?`
      : text,
    answered: type !== undefined && (cutShort || resetCode === undefined),
    unprocessed: stream?.unprocessed === true,
    httpStatus,
  };
}

/** The same bytes as the kind that grpc-js can frame, made now. */
export function asBuffer(request: RequestBytes): Buffer {
  const bytes = typeof request === "function" ? request() : request;
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Ends a call from this side. */
export function cancel(call: ReturnType<Channel["createCall"]>): void {
  call.cancelWithStatus(status.CANCELLED, "Canceled by the caller");
}
