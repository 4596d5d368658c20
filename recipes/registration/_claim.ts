import { keyId } from "../../api/values/mod.ts";
import type { WorkContext } from "../../api/waiting/mod.ts";
import { compare, type Keyspace, type KeyValue, op } from "../../mod.ts";
import { Backoff, untilAnswered } from "../steps/mod.ts";

/** A key that is to be there with a value and a lease. */
export interface Claim {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly lease: bigint;
  /** Whether the key of another may be overwritten. */
  readonly takesOver: boolean;
  /** Whether a lease is, or was, one of this registration. */
  isOwn(lease: bigint): boolean;
  /** Waited for if the key is not there with this lease, before it is put. */
  onMissing(found: KeyValue | undefined): Promise<void>;
}

/** The outcome of a claim, as of a revision. */
export type Claimed =
  | { readonly kind: "standing"; readonly revision: bigint }
  | {
    readonly kind: "taken";
    readonly revision: bigint;
    readonly holder: KeyValue;
  };

/**
 * Sees to it that a key is there. Each try begins with a read, so that a write
 * whose answer was lost is seen, and nothing else is overwritten.
 */
export async function claimKey(
  ks: Keyspace,
  claim: Claim,
  context: WorkContext,
): Promise<Claimed> {
  const { key, value, lease } = claim;
  const backoff = new Backoff();
  for (;;) {
    const { answer: { header: { revision }, kvs: [kv] } } = await untilAnswered(
      (options) => ks.kv.range(key, options),
      context,
      { writes: false },
    );
    const isStanding = kv?.lease === lease;
    if (isStanding && keyId(kv.value) === keyId(value)) {
      return { kind: "standing", revision };
    }
    if (kv !== undefined && !claim.isOwn(kv.lease) && !claim.takesOver) {
      return { kind: "taken", revision, holder: kv };
    }
    if (!isStanding) await claim.onMissing(kv);
    const { answer } = await untilAnswered(
      (options) =>
        ks.kv.txn({
          if: [compare.modRevision(key, "=", kv?.modRevision ?? 0n)],
          then: [op.put(key, value, { lease })],
        }, options),
      context,
      { writes: true },
    );
    if (answer.succeeded) {
      return { kind: "standing", revision: answer.header.revision };
    }
    await backoff.pause(context.signal);
  }
}
