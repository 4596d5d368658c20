/** The parts that all questions to a cluster share. */
import { type ClientOptions, EtcdError } from "../../mod.ts";
import type { Settings } from "./options.ts";

/** The key that reads ask for: they never write. */
export const KEY = "etcdeno/doctor";
/** Addresses of the machine that asks. */
export const LOOPBACK: RegExp =
  /^https?:\/\/(127\.|localhost[:/]|\[::1\]|0\.0\.0\.0)/;

/** The options of a client of one or several endpoints. */
export function clientOptions(
  { client, timeoutMs }: Settings,
): Omit<ClientOptions, "endpoints"> {
  return { ...client, dialTimeoutMs: timeoutMs, requestTimeoutMs: timeoutMs };
}

/** The id of a member or cluster as etcd's tools write it. */
export function hexId(id: bigint): string {
  return id.toString(16);
}

/** The answer, or the error of etcd; anything else is thrown. */
export async function tried<T>(call: Promise<T>): Promise<T | EtcdError> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof EtcdError) return error;
    throw error;
  }
}

/**
 * All that they resolve to. Unlike `Promise.all()` it waits for the others
 * where one is rejected: nothing goes on after that.
 */
export async function together<T extends readonly unknown[]>(
  promises: { readonly [K in keyof T]: Promise<T[K]> },
): Promise<T> {
  await Promise.allSettled(promises);
  return await Promise.all(promises) as unknown as T;
}
