import { keyId } from "../../api/values/mod.ts";
import type { WorkContext } from "../../api/waiting/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import {
  type Comparison,
  type Keyspace,
  type KeyValue,
  op,
  type Operation,
} from "../../mod.ts";
import {
  authorByReceipt,
  type KeyState,
  type Receipt,
  untilAnswered,
} from "../steps/mod.ts";
import type { OwnDoubtPolicy } from "../update/mod.ts";
import { type Anchor, anchorOf, authorOf, type EndedRun } from "./_doubt.ts";
import { type Item, readOf } from "./_item.ts";
import type { Level } from "./_level.ts";
import { type Known, knownBy } from "./_reader.ts";
import { orTooMany } from "./_too_many.ts";
import type { WriteSet } from "./_write_set.ts";

/** The parts that all commits of a transaction share. */
export interface CommitParts {
  readonly ks: Keyspace;
  readonly level: Level;
  readonly doubt: OwnDoubtPolicy;
  readonly context: WorkContext;
}

/** The end of a run. */
export type Committed =
  | { readonly kind: "done"; readonly revision: bigint }
  | {
    readonly kind: "conflict";
    /** Everything that was to be read, as it is by now. */
    readonly known: Known;
  };

interface Request {
  readonly conditions: readonly Comparison[];
  readonly items: readonly Item[];
  readonly receipt: Receipt | undefined;
  readonly anchor: Anchor | undefined;
}

/** Does the writes of a run, if all is as its level of isolation wants it. */
export async function commit(
  run: EndedRun,
  items: readonly Item[],
  parts: CommitParts,
): Promise<Committed> {
  const { reads, writes, base } = run;
  const { level, doubt } = parts;
  const conditions = [
    ...reads.comparisons(level, base),
    ...level.guardsWrites ? writes.guards(reads, base) : [],
  ];
  // Reads of one revision are right without another look.
  if (writes.size === 0 && (level.hasSnapshot || conditions.length === 0)) {
    return { kind: "done", revision: base ?? reads.newest };
  }
  const receipt = writes.size === 0 ? undefined : newReceipt(doubt, writes);
  const anchor = anchorOf(run, level);
  return await send(run, { conditions, items, receipt, anchor }, parts);
}

function newReceipt(
  doubt: OwnDoubtPolicy,
  writes: WriteSet,
): Receipt | undefined {
  if (typeof doubt === "string") return undefined;
  const { receipt: key } = doubt;
  if (writes.get(keyId(key)) !== undefined) {
    throw new InvalidOptionError("doubt.receipt", key, {
      expected: "a key that the function does not write",
      shown: JSON.stringify(new TextDecoder().decode(key)),
      method: "stm",
    });
  }
  return { key, token: crypto.randomUUID() };
}

async function send(
  { writes }: EndedRun,
  request: Request,
  parts: CommitParts,
): Promise<Committed> {
  const { items, receipt, anchor } = request;
  try {
    const { answer, doubt } = await untilSent(writes, request, parts);
    const { header: { revision }, succeeded, results } = answer;
    if (succeeded) return { kind: "done", revision };
    const known = knownBy(items, { results, revision });
    if (doubt === undefined || anchor === undefined) {
      return { kind: "conflict", known };
    }
    const now = { kv: findKey(known, anchor.id), revision };
    const doubted = { anchor, writes, now, receipt };
    return await clearUp(doubted, { known, error: doubt }, parts);
  } catch (error) {
    const isOpen = anchor === undefined && receipt !== undefined &&
      error instanceof EtcdError && error.maybeCommitted;
    if (!isOpen) throw error;
    const { ks, context } = parts;
    const own = { receipt, first: undefined };
    const author = await authorByReceipt(ks, own, context);
    if (author.kind !== "own") throw error;
    return { kind: "done", revision: author.revision };
  }
}

function untilSent(
  writes: WriteSet,
  { conditions, items, receipt, anchor }: Request,
  { ks, context }: CommitParts,
) {
  const then: readonly Operation[] = [
    ...writes.operations(),
    ...receipt ? [op.put(receipt.key, receipt.token)] : [],
  ];
  const txn = {
    if: conditions,
    then,
    // Without a condition it is never done.
    else: conditions.length === 0 ? [] : items.map((item) => readOf(item)),
  };
  const settings = {
    writes: writes.size > 0,
    repeatsInDoubt: anchor !== undefined,
  };
  return orTooMany(
    { conditions: conditions.length, writes: then.length },
    () => untilAnswered((call) => ks.kv.txn(txn, call), context, settings),
  );
}

async function clearUp(
  doubted: Parameters<typeof authorOf>[1],
  { known, error }: { readonly known: Known; readonly error: EtcdError },
  { ks, doubt: policy, context }: CommitParts,
): Promise<Committed> {
  const author = await authorOf(ks, doubted, context);
  if (
    author.kind === "own" ||
    (author.kind === "alike" && policy === "sameValue")
  ) return { kind: "done", revision: author.revision };
  if (author.kind !== "other") throw error;
  // They have not been done, and cannot be any more.
  context.maybeCommitted = false;
  return { kind: "conflict", known };
}

function findKey(known: Known, id: string): KeyState["kv"] {
  let found: KeyValue | undefined;
  for (const { kvs } of known.values()) {
    found ??= kvs.find(({ key }) => keyId(key) === id);
  }
  return found;
}
