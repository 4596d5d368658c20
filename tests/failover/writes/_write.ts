import { type CallOptions, type Client, prefix } from "../../../mod.ts";
import type { TestCluster } from "../../harness/mod.ts";

/** Where a write is made. */
export interface Where {
  readonly cluster: TestCluster;
  /** Whose calls are looked at. */
  readonly client: Client;
  /** Another one, past the faults: what the server has is what it sees. */
  readonly server: Client;
  /** A key and a name that nothing else has. */
  readonly name: string;
  /** A number that nothing else has, from 1000 on. */
  readonly serial: number;
}

/** A write that can be made. */
export interface ReadyWrite {
  call(options: CallOptions): Promise<unknown>;
  /** Whether it was applied, as the server has it. */
  happened(): Promise<boolean>;
}

/** A write of the public API. */
export interface Write {
  readonly name: string;
  /**
   * What it makes of an answer that was lost: its error tells, or it finds out
   * what became of it.
   */
  readonly lost: "tells" | "finds out";
  /** Whether it is tried on when the call itself has failed. */
  readonly goesOn?: true;
  ready(where: Where): Promise<ReadyWrite>;
}

/** A write that is sent once. */
export function once(name: string, ready: Write["ready"]): Write {
  return { name, lost: "tells", ready };
}

/** One that is repeated until it is answered. */
export function insistent(name: string, ready: Write["ready"]): Write {
  return { name, lost: "finds out", ready };
}

/** Whether the server has a key. */
export async function has(server: Client, key: string): Promise<boolean> {
  return await server.get(key) !== undefined;
}

/** Whether somebody waits for, or holds, a lock or an election. */
export async function queued(server: Client, name: string): Promise<boolean> {
  const waiting = await server.range(prefix(`${name}/`), { countOnly: true });
  return waiting.count > 0n;
}

/** Whether there is a lease of so many seconds. */
export async function leaseOf(
  server: Client,
  seconds: number,
): Promise<boolean> {
  for (const id of await server.lease.list()) {
    const lease = await server.lease.attach(id).catch(() => undefined);
    lease?.orphan();
    if (lease?.ttlSeconds === seconds) return true;
  }
  return false;
}

/** Whether there is a lease of that id. */
export async function isLeased(server: Client, id: bigint): Promise<boolean> {
  return (await server.lease.list()).includes(id);
}

/** Longer than any test. */
export const LONG = { ttlSeconds: 60 };
