import {
  Client,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import type { Method } from "../../../proto/method.ts";

/** Options of {@linkcode rawCall}. */
export interface RawCallOptions {
  /** @default {2_000} */
  readonly timeoutMs?: number;
  /** Says who calls, where auth is on. @default {nobody} */
  readonly token?: string;
}

/**
 * One unary call to one member, on a connection of its own, by the method
 * table: no balancer, no retry, no client. Rejects with grpc-js's error.
 */
export async function rawCall<Request, Response>(
  endpoint: string,
  method: Method<Request, Response>,
  request: Request,
  options: RawCallOptions = {},
): Promise<Response> {
  const { timeoutMs = 2_000, token } = options;
  const metadata = new Metadata();
  if (token !== undefined) metadata.set("token", token);
  const client = new Client(
    endpoint.replace("http://", ""),
    credentials.createInsecure(),
    {
      "grpc.use_local_subchannel_pool": 1,
      "grpc.enable_http_proxy": 0,
      "grpc.enable_retries": 0,
      "grpc.initial_reconnect_backoff_ms": 50,
      "grpc.max_reconnect_backoff_ms": 100,
    },
  );
  try {
    return await new Promise<Response>((resolve, reject) => {
      client.makeUnaryRequest(
        method.path,
        (value: Request) => method.encode(value) as Buffer,
        (bytes: Buffer) => method.decode(bytes),
        request,
        metadata,
        { deadline: Date.now() + timeoutMs },
        (error, value) => {
          if (error) reject(error);
          else resolve(value as Response);
        },
      );
    });
  } finally {
    client.close();
  }
}

/** Whether an error is what a failed call ends with. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error;
}
