import { type Client, op, prefix } from "../../mod.ts";
import { stm } from "../../recipes/mod.ts";

/** Makes the call number `at`. */
export type Call = (client: Client, at: number) => Promise<unknown>;

const TXN_OPERATIONS = 64;

const encoder = new TextEncoder();
const key = encoder.encode("bench/a");
const value = encoder.encode("v".repeat(256));
const largeValue = encoder.encode("v".repeat(1_024));
const txn = {
  then: Array.from({ length: TXN_OPERATIONS }, () => op.get(key)),
};
// Keys that no other run writes.
const own = `bench/u/${crypto.randomUUID()}/`;
let unique = 0;
const STM_GROUPS = 100;
const STM_READS = 10;
const STM_VALUE = "v".repeat(256);

/** Reads ten keys that nobody else is at, and writes one of them. */
function readTen(
  client: Client,
  { at, prefetches }: { readonly at: number; readonly prefetches: boolean },
): Promise<unknown> {
  const group = at % STM_GROUPS;
  const keys = Array.from(
    { length: STM_READS },
    (_, one) => `bench/stm/${group}/${one}`,
  );
  return stm(client, async (tx) => {
    for (const key of keys) await tx.get(key);
    tx.put(keys[0] ?? "", STM_VALUE);
  }, { prefetch: prefetches ? keys : undefined, timeoutMs: false });
}

/** Adds one to two of four counters that everybody is at. */
function addToTwo(client: Client, at: number): Promise<unknown> {
  const from = at % 4;
  const to = (from + 1 + Math.floor(at / 4) % 3) % 4;
  return stm(client, async (tx) => {
    for (const one of [from, to]) {
      const key = `bench/stm4/${one}`;
      tx.put(key, String(Number(await tx.get(key) ?? 0) + 1));
    }
  }, { timeoutMs: false });
}

/** The operations that are one call each, or one transaction. */
export const CALLS: Readonly<Record<string, Call>> = {
  serget: (client) => client.get(key, { serializable: true }),
  linget: (client) => client.get(key),
  put: (client, at) => client.put(`bench/k${at % 1_000}`, value),
  put1k: (client) => client.put(`${own}${unique++}`, largeValue),
  txn64: (client) => client.txn(txn),
  range1000: (client) => client.range(prefix("bench/r/")),
  stm10: (client, at) => readTen(client, { at, prefetches: true }),
  stm10seq: (client, at) => readTen(client, { at, prefetches: false }),
  stm4: addToTwo,
};
