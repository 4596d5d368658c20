import { keyId } from "../../api/values/mod.ts";
import type { WorkContext } from "../../api/waiting/mod.ts";
import type { Keyspace } from "../../mod.ts";
import {
  type Author,
  authorByReceipt,
  changeAfter,
  type FirstChange,
  type KeyState,
  type Receipt,
} from "../steps/mod.ts";
import type { Write } from "./_store.ts";

/** A write whose answer was lost, and what the key has become since. */
export interface Doubted {
  readonly key: Uint8Array;
  readonly write: Write;
  readonly now: KeyState;
  readonly receipt: Receipt | undefined;
}

/**
 * Finds out whether a write was done whose answer was lost. Only the first
 * change after the state that it is based on can be that write.
 */
export async function authorOf(
  ks: Keyspace,
  doubted: Doubted,
  context: WorkContext,
): Promise<Author> {
  const { key, receipt, write, now } = doubted;
  const { base } = write;
  const first = await changeAfter(ks, key, { base, now, context });
  if (receipt !== undefined) {
    return await authorByReceipt(ks, { receipt, first }, context);
  }
  if (first === undefined) return { kind: "unknown" };
  if (!isAlike(write, first)) return { kind: "other" };
  return { kind: "alike", revision: first.kv.modRevision };
}

function isAlike({ value, options, base }: Write, first: FirstChange): boolean {
  if (value === undefined) return first.type === "delete";
  const lease = options.ignoreLease ? base.kv?.lease : options.lease;
  return first.type === "put" && first.kv.lease === (lease ?? 0n) &&
    keyId(first.kv.value) === keyId(value);
}
