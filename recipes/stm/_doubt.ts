import { keyId } from "../../api/values/mod.ts";
import type { WorkContext } from "../../api/waiting/mod.ts";
import { CompactedError } from "../../errors/specific_errors.ts";
import { type Keyspace, type KeyValue, op } from "../../mod.ts";
import {
  type Author,
  authorByReceipt,
  changeAfter,
  type KeyState,
  type Receipt,
  untilAnswered,
} from "../steps/mod.ts";
import type { Level } from "./_level.ts";
import type { ReadSet } from "./_read_set.ts";
import type { WriteSet, WrittenKey } from "./_write_set.ts";

/** The reads and writes of a run that has ended. */
export interface EndedRun {
  readonly reads: ReadSet;
  readonly writes: WriteSet;
  /** The revision of its snapshot, if there is one. */
  readonly base: bigint | undefined;
}

/**
 * A key that the writes are bound to, and change: so they are done once at most,
 * however often they are sent, and its first change tells what was done.
 */
export interface Anchor {
  readonly id: string;
  readonly key: Uint8Array;
  /** The state that the writes are bound to. */
  readonly base: KeyState;
}

/** A key that may serve as an anchor, if there is one. */
export function anchorOf(
  { reads, writes, base }: EndedRun,
  { compares, guardsWrites }: Level,
): Anchor | undefined {
  if (compares === "nothing") return undefined;
  let anchor: Anchor | undefined;
  for (const [id, { key, value }] of writes) {
    const read = reads.key(id);
    // The best: no other key can take its place.
    if (read?.kv !== undefined) return { id, key, base: read };
    // To delete what is not there changes nothing.
    if (value === undefined) continue;
    if (read !== undefined) anchor = { id, key, base: read };
    else if (guardsWrites && base !== undefined) {
      anchor ??= { id, key, base: { kv: undefined, revision: base } };
    }
  }
  return anchor;
}

/** Writes that were refused, though an earlier attempt may have done them. */
export interface Doubted {
  readonly anchor: Anchor;
  readonly writes: WriteSet;
  /** The anchor as it is by now. */
  readonly now: KeyState;
  readonly receipt: Receipt | undefined;
}

/**
 * Finds out whether writes were done whose answer was lost. If so, they are the
 * first change of the anchor, and all keys have changed at that revision.
 */
export async function authorOf(
  ks: Keyspace,
  { anchor, writes, now, receipt }: Doubted,
  context: WorkContext,
): Promise<Author> {
  const { id, key, base } = anchor;
  const first = await changeAfter(ks, key, { base, now, context });
  if (receipt !== undefined) {
    return await authorByReceipt(ks, { receipt, first }, context);
  }
  if (first === undefined) return { kind: "unknown" };
  const { modRevision: revision } = first.kv;
  const kv = first.type === "put" ? first.kv : undefined;
  if (!isAsWritten(kv, { ...writes.get(id), revision })) {
    return { kind: "other" };
  }
  const others = [...writes].filter(([one]) => one !== id)
    .map(([, written]) => written);
  return await areAsWritten(ks, { others, revision }, context);
}

async function areAsWritten(
  ks: Keyspace,
  { others, revision }: {
    readonly others: readonly WrittenKey[];
    readonly revision: bigint;
  },
  context: WorkContext,
): Promise<Author> {
  if (others.length === 0) return { kind: "alike", revision };
  const then = others.map(({ key }) => op.get(key, { revision }));
  try {
    const { answer: { results } } = await untilAnswered(
      (call) => ks.kv.txn({ then }, call),
      context,
      { writes: false },
    );
    const areAlike = others.every((written, at) =>
      isAsWritten(results[at], { ...written, revision })
    );
    return areAlike ? { kind: "alike", revision } : { kind: "other" };
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error;
    return { kind: "unknown" };
  }
}

/** Whether a write has made a key what it was at a revision. */
function isAsWritten(
  kv: KeyValue | undefined,
  { value, lease, revision }: Partial<WrittenKey> & {
    readonly revision: bigint;
  },
): boolean {
  if (value === undefined) return kv === undefined;
  return kv !== undefined && kv.modRevision === revision &&
    kv.lease === lease && keyId(kv.value) === keyId(value);
}
