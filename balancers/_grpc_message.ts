import { Buffer } from "node:buffer";
import { Metadata } from "@grpc/grpc-js";
import type { Headers } from "./_transport.ts";

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

/** Whether an answer with these headers comes from no gRPC server. */
export function isForeign(headers: Metadata): boolean {
  const [type] = headers.get("content-type");
  return type === undefined || !String(type).startsWith("application/grpc");
}

/** The same bytes as the kind that grpc-js can frame. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
