import { encodeBytes, keyId } from "../../api/values/mod.ts";
import type { CallOptions, KeyRange, Keyspace, KeyValue } from "../../mod.ts";
import { prefix } from "../../mod.ts";

/** The key that leads, as of a revision. */
export interface FirstEntry {
  readonly kv: KeyValue | undefined;
  readonly revision: bigint;
}

/** The keys below the name of an election. */
export class ElectionKeys {
  readonly range: KeyRange;
  readonly #startId: string;

  constructor(name: Uint8Array) {
    const start = Uint8Array.of(...name, ...encodeBytes("/"));
    this.range = prefix(start);
    this.#startId = keyId(start);
  }

  /** Reads the key that leads: the oldest one that stands for its lease. */
  async first(
    { kv: keys }: Pick<Keyspace, "kv">,
    options: CallOptions,
  ): Promise<FirstEntry> {
    const sorted = { ...options, sortBy: "create", order: "ascend" } as const;
    const one = await keys.range(this.range, { ...sorted, limit: 1 });
    const { header: { revision }, kvs: [kv] } = one;
    if (kv === undefined || this.#isEntry(kv)) return { kv, revision };
    // Keys of others are below the name, too: all have to be looked at.
    const { header, kvs } = await keys.range(this.range, sorted);
    const first = kvs.find((each) => this.#isEntry(each));
    return { kv: first, revision: header.revision };
  }

  /** Whether the key ends with its lease in hexadecimal, as Go writes it. */
  #isEntry({ key, lease }: KeyValue): boolean {
    return lease !== 0n &&
      keyId(key) === `${this.#startId}${lease.toString(16)}`;
  }
}
