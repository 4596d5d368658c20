import { Buffer } from "node:buffer";
import type { Metadata } from "@grpc/grpc-js";
import type { Headers, RequestBytes } from "../transport/mod.ts";
import { grpc } from "./_package.ts";

const NONE: Headers = {};
const CACHE = new WeakMap<Headers, Metadata>();

/** Request headers as grpc-js wants them, made once for each object. */
export function requestMetadata(headers: Headers = NONE): Metadata {
  let metadata = CACHE.get(headers);
  if (metadata === undefined) {
    metadata = new (grpc().Metadata)();
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
