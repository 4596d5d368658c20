// What changes by `stm` and `update` are tested on: a member behind faults, and
// keys of each test's own.
import { assert } from "@std/assert";
import { EtcdError } from "../../../mod.ts";
import { type Codec, type Isolation, json } from "../../../recipes/mod.ts";
import type { FaultProxy } from "../../harness/mod.ts";
import { faultyMember, other } from "../_faulty_member.ts";

export const number: Codec<number> = json<number>();
export const addOne = (old = 0): number => old + 1;

/** All levels, from the strictest to the loosest. */
export const ISOLATIONS: readonly Isolation[] = [
  "serializableSnapshot",
  "serializable",
  "repeatableReads",
  "readCommitted",
];

let serial = 0;

/** A key that no other test of the file uses. */
export function newKey(): string {
  return `change/${++serial}`;
}

/** A prefix that no other test of the file uses. */
export function newPrefix(): string {
  return `${newKey()}/`;
}

export function proxy(): FaultProxy {
  return faultyMember().proxy;
}

/** Ends the fault: what is on its way is lost, and new connections pass. */
export async function pass(): Promise<void> {
  await proxy().set({ kind: "pass" });
  await proxy().cutAll();
}

/** The text of a key. */
export async function textAt(key: string): Promise<string | undefined> {
  return (await other.get(key))?.value.text();
}

/** The number of a key. */
export async function numberAt(key: string): Promise<number | undefined> {
  return (await other.get(key))?.value.json<number>();
}

/** The error that a promise is rejected with, which has to be the client's. */
export async function failure(promise: Promise<unknown>): Promise<EtcdError> {
  const error: unknown = await promise.then(
    (value) => new Error(`It was done: ${Deno.inspect(value)}`),
    (error) => error,
  );
  assert(error instanceof EtcdError, String(error));
  return error;
}
