import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import type { Method } from "../../proto/method.ts";
import { fromBigInt, toUnsignedBigInt } from "../../proto/int64.ts";
import { methods } from "../../proto/methods.ts";
import { httpGet } from "./_http.ts";

/** What a member says of itself and of its leader. */
export interface MemberStatus {
  readonly memberId: bigint;
  /** 0 when it knows of no leader. */
  readonly leaderId: bigint;
}

/** Asks one member, at its direct endpoint, who it is and whom it follows. */
export async function memberStatus(endpoint: string): Promise<MemberStatus> {
  const reply = await unary(endpoint, methods.maintenance.status, {});
  if (!reply.header) {
    throw new Error(`Cannot read the status of ${endpoint}: it has no header`);
  }
  return {
    memberId: toUnsignedBigInt(reply.header.memberId),
    leaderId: toUnsignedBigInt(reply.leader),
  };
}

/** Asks the leader at `endpoint` to hand over to another member. */
export async function transferLeadership(
  endpoint: string,
  to: bigint,
): Promise<void> {
  await unary(endpoint, methods.maintenance.moveLeader, {
    targetID: fromBigInt(to),
  });
}

/** Whether a member answers a linearizable read. */
export async function serves(endpoint: string): Promise<boolean> {
  // Health is asked first: a gRPC channel to a closed port would leave a
  // reconnect timer behind.
  if (!await healthy(endpoint)) return false;
  try {
    await unary(endpoint, methods.kv.range, { key: new Uint8Array([1]) });
    return true;
  } catch (error) {
    if (isServiceError(error)) return false;
    throw error;
  }
}

async function healthy(endpoint: string): Promise<boolean> {
  try {
    const { body } = await httpGet(`${endpoint}/health`, CALL_TIMEOUT_MS);
    return /"health":\s*"true"/.test(body);
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/** Whether an error is what a failed call ends with. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error;
}

/** A member that works answers in milliseconds. */
const CALL_TIMEOUT_MS = 2_000;

/** One call on a connection of its own, by the method table. */
async function unary<Request, Response>(
  endpoint: string,
  method: Method<Request, Response>,
  request: Request,
): Promise<Response> {
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
        { deadline: Date.now() + CALL_TIMEOUT_MS },
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
