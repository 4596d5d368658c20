import { keyId } from "../../api/values/mod.ts";
import type { WorkContext } from "../../api/waiting/mod.ts";
import { HistoryLostError } from "../../errors/history_lost_error.ts";
import { CompactedError } from "../../errors/specific_errors.ts";
import type { Keyspace, KeyValue, WatchEvent } from "../../mod.ts";
import { firstChange, untilAnswered } from "../steps/mod.ts";
import type { KeyState, Write } from "./_store.ts";

/** A key that is put with a token in the same transaction as the write. */
export interface Receipt {
  readonly key: Uint8Array;
  readonly token: string;
}

/** Whose the first change was after the state that a write is based on. */
export type Author =
  | { readonly kind: "own"; readonly revision: bigint }
  | { readonly kind: "other" }
  /** The very bytes that were sent: it may be either's. */
  | { readonly kind: "alike"; readonly revision: bigint }
  /** The history that would tell is gone. */
  | { readonly kind: "unknown" };

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
  const { receipt, write } = doubted;
  const first = await firstAfter(ks, doubted, context);
  if (receipt !== undefined) {
    return await authorByReceipt(ks, { receipt, first }, context);
  }
  if (first === undefined) return { kind: "unknown" };
  if (!isAlike(write, first)) return { kind: "other" };
  return { kind: "alike", revision: first.kv.modRevision };
}

type FirstChange = Pick<WatchEvent, "type" | "kv">;

async function firstAfter(
  ks: Keyspace,
  { key, write: { base }, now }: Doubted,
  context: WorkContext,
): Promise<FirstChange | undefined> {
  if (now.kv !== undefined && follows(now.kv, base.kv)) {
    return { type: "put", kv: now.kv };
  }
  // The store has gone back: its revisions mean something else now.
  if (now.revision <= base.revision) return undefined;
  try {
    return await firstChange(ks, key, { after: base.revision, context });
  } catch (error) {
    if (error instanceof HistoryLostError) return undefined;
    throw error;
  }
}

/** Whether one put has made the one of the other. */
function follows(kv: KeyValue, base: KeyValue | undefined): boolean {
  return base !== undefined && kv.createRevision === base.createRevision &&
    kv.version === base.version + 1n;
}

function isAlike({ value, options, base }: Write, first: FirstChange): boolean {
  if (value === undefined) return first.type === "delete";
  const lease = options.ignoreLease ? base.kv?.lease : options.lease;
  return first.type === "put" && first.kv.lease === (lease ?? 0n) &&
    keyId(first.kv.value) === keyId(value);
}

async function authorByReceipt(
  ks: Keyspace,
  { receipt: { key, token }, first }: {
    readonly receipt: Receipt;
    readonly first: FirstChange | undefined;
  },
  context: WorkContext,
): Promise<Author> {
  // As it was then: others may have written it since.
  const revision = first?.kv.modRevision;
  try {
    const { answer } = await untilAnswered(
      (options) => ks.kv.get(key, { ...options, revision }),
      context,
      { writes: false },
    );
    if (answer?.value.text() === token) {
      return { kind: "own", revision: answer.modRevision };
    }
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error;
    return { kind: "unknown" };
  }
  return { kind: first === undefined ? "unknown" : "other" };
}
