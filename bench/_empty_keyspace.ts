import type { Client, Keyspace, RangeResult } from "../mod.ts";

/**
 * A client as it was at a revision at which a range was empty: a view of that
 * range reads nothing first, and has what came later from its watch.
 */
export function emptyKeyspaceAt(client: Client, revision: bigint): Keyspace {
  const empty = { header: { revision } } as RangeResult;
  return {
    kv: client.kv,
    range: () => Promise.resolve(empty),
    async *list() {},
    watch: client.watch.bind(client),
  } as unknown as Keyspace;
}
