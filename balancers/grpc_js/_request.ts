import { Buffer } from "node:buffer";
import { Metadata } from "@grpc/grpc-js";
import type { Headers, RequestBytes } from "../transport/mod.ts";

const NONE = new Metadata();
const CACHE = new WeakMap<Headers, Metadata>();

/** Request headers as grpc-js wants them, made once for each object. */
export function requestMetadata(headers: Headers | undefined): Metadata {
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

/** The bytes of a request, made now, in a buffer that grpc-js can frame. */
export function requestBuffer(request: RequestBytes): Buffer {
  const bytes = typeof request === "function" ? request() : request;
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
