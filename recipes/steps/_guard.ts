import { madeBy } from "../../api/values/mod.ts";
import { compare, type Comparison, type Keyspace } from "../../mod.ts";

/**
 * True as long as the key is the one that was made at this revision. A new one
 * each time: users may write to it. Another keyspace refuses it, as it would
 * be a condition on another key there.
 */
export function guardOf(
  ks: Pick<Keyspace, "txn">,
  { key, revision }: { readonly key: Uint8Array; readonly revision: bigint },
): Comparison {
  const guard = compare.createRevision(key, "=", revision);
  madeBy(guard.key as Uint8Array, ks);
  return guard;
}
