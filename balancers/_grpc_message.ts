import { Buffer } from "node:buffer";
import {
  type Channel,
  Metadata,
  status,
  type StatusObject,
} from "@grpc/grpc-js";
import { wasReset } from "./_grpc_resets.ts";
import type { CallStatus, Headers, RequestBytes } from "./_transport.ts";

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
  const [type] = (headers ?? metadata).get("content-type");
  const answered = type !== undefined && !wasReset(metadata);
  const foreign = headers !== undefined &&
    !String(type).startsWith("application/grpc");
  return {
    grpcCode: code,
    details: foreign
      ? `${details}; that is no gRPC answer, is it an etcd server?`
      : details,
    answered,
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
