import { checkMadeIn } from "../values/mod.ts";
import type { Operation, Txn } from "./txn_types.ts";

/**
 * Refuses the guards of locks and leaderships of another keyspace, also in the
 * transactions within: their keys go without a prefix, so that they would be
 * conditions on other keys here.
 */
export function checkGuards(
  txn: Txn<readonly Operation[], readonly Operation[]>,
  keyspace: { readonly prefix?: Uint8Array | undefined },
): void {
  const { prefix } = keyspace;
  for (const { key } of txn.if ?? []) {
    checkMadeIn(key, { option: "if", prefix });
  }
  for (const operation of [...txn.then ?? [], ...txn.else ?? []]) {
    if (operation.kind === "txn") checkGuards(operation.txn, keyspace);
  }
}
