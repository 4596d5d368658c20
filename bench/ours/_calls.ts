import { type Client, op, prefix } from "../../mod.ts";

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

/** The operations that are one call each. */
export const CALLS: Readonly<Record<string, Call>> = {
  serget: (client) => client.get(key, { serializable: true }),
  linget: (client) => client.get(key),
  put: (client, at) => client.put(`bench/k${at % 1_000}`, value),
  put1k: (client) => client.put(`${own}${unique++}`, largeValue),
  txn64: (client) => client.txn(txn),
  range1000: (client) => client.range(prefix("bench/r/")),
};
