import type { ServiceError } from "@grpc/grpc-js";
import { fromBigInt, toUnsignedBigInt } from "../../../proto/int64.ts";
import type { Method } from "../../../proto/method.ts";
import { methods } from "../../../proto/methods.ts";
import { httpGet } from "./_http.ts";
import { rawCall } from "./raw_call.ts";

/** The user with every right, in tests that turn auth on. */
export const ADMIN = { username: "root", password: "rootpw" } as const;

const NOBODY = "etcdserver: user name is empty";

/** A member that works answers in milliseconds. */
const HEALTH_TIMEOUT_MS = 2_000;

/** What a member says of itself and of its leader. */
export interface MemberStatus {
  readonly memberId: bigint;
  /** 0 when it knows of no leader. */
  readonly leaderId: bigint;
}

/** Asks one member, at its direct endpoint, who it is and whom it follows. */
export async function memberStatus(endpoint: string): Promise<MemberStatus> {
  const reply = await adminCall(endpoint, methods.maintenance.status, {});
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
  await adminCall(endpoint, methods.maintenance.moveLeader, {
    targetID: fromBigInt(to),
  });
}

/** A call as nobody; where newer servers want a user, as the one there is. */
async function adminCall<Request, Response>(
  endpoint: string,
  method: Method<Request, Response>,
  request: Request,
): Promise<Response> {
  try {
    return await rawCall(endpoint, method, request);
  } catch (error) {
    if (!isServiceError(error) || error.details !== NOBODY) throw error;
  }
  const { authenticate } = methods.auth;
  const { username: name, password } = ADMIN;
  const { token } = await rawCall(endpoint, authenticate, { name, password });
  return await rawCall(endpoint, method, request, { token });
}

/** Whether a member answers a linearizable read. */
export async function serves(endpoint: string): Promise<boolean> {
  // Health is asked first: a gRPC channel to a closed port would leave a
  // reconnect timer behind.
  if (!await healthy(endpoint)) return false;
  try {
    await rawCall(endpoint, methods.kv.range, { key: new Uint8Array([1]) });
    return true;
  } catch (error) {
    if (!isServiceError(error)) throw error;
    // With auth on, it asks who we are when it has read what we asked for.
    return error.details === NOBODY;
  }
}

/** Whether a member answers at all, though it may not serve. */
export async function answers(endpoint: string): Promise<boolean> {
  return (await page(`${endpoint}/version`)) !== undefined;
}

async function healthy(endpoint: string): Promise<boolean> {
  const body = await page(`${endpoint}/health`);
  return body !== undefined && /"health":\s*"true"/.test(body);
}

async function page(url: string): Promise<string | undefined> {
  try {
    return (await httpGet(url, HEALTH_TIMEOUT_MS)).body;
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** Whether an error is what a failed call ends with. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error;
}
