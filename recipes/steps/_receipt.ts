import type { WorkContext } from "../../api/waiting/mod.ts";
import { CompactedError } from "../../errors/specific_errors.ts";
import type { Keyspace } from "../../mod.ts";
import type { FirstChange } from "./_first_change.ts";
import { untilAnswered } from "./_until_answered.ts";

/** A key that is put with a token in the same transaction as a write. */
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

/** Finds out by a receipt whether a write was done, and was the first change. */
export async function authorByReceipt(
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
