import { assert } from "@std/assert";
import type { Client, Keyspace, KeyValue, Kv } from "../../../../mod.ts";
import type { Registration } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";

let serial = 0;

/** A key that no other test of the file uses. */
export function newKey(): string {
  return `svc/${++serial}`;
}

/** Waits until a registration stands for that time; gives its key. */
export async function untilEpoch(
  registration: Registration<unknown>,
  epoch: number,
  { client, key, timeoutMs }: {
    readonly client: Client;
    readonly key: string;
    readonly timeoutMs: number;
  },
): Promise<KeyValue> {
  await waitFor(
    `epoch ${epoch}`,
    () =>
      registration.epoch === epoch && registration.state.kind === "registered",
    { timeoutMs },
  );
  const kv = await client.get(key);
  assert(kv, `${key} is not there`);
  return kv;
}

/** The states a registration has been in, as it tells them. */
export function keptStates(): {
  readonly kinds: string[];
  readonly onStateChange: (state: { readonly kind: string }) => void;
} {
  const kinds: string[] = [];
  return { kinds, onStateChange: ({ kind }) => kinds.push(kind) };
}

/** A client whose transactions go another way. */
export function withTxn(client: Client, txn: Kv["txn"]): Keyspace {
  const kv: Pick<Kv, "range" | "txn"> = {
    range: (...given) => client.kv.range(...given),
    txn,
  };
  const { lease } = client;
  const watch = client.watch.bind(client);
  const session = client.session.bind(client);
  return { kv, lease, watch, session } as unknown as Keyspace;
}
