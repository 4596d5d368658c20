import type { WorkContext } from "../../api/waiting/mod.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import {
  compare,
  type Keyspace,
  op,
  type Operation,
  type PutOptions,
} from "../../mod.ts";
import { type KeyState, untilAnswered } from "../steps/mod.ts";

/** A write of a key that is only done if the key is still in a state. */
export interface Write {
  readonly base: KeyState;
  /** The new value, or nothing if the key is deleted. */
  readonly value: Uint8Array | undefined;
  readonly options: Pick<PutOptions, "lease" | "ignoreLease">;
  /** Other writes of the same transaction. */
  readonly beside: readonly Operation[];
}

/** The outcome of a write. */
export type Written =
  | { readonly kind: "done"; readonly revision: bigint }
  | {
    /** The key was in another state. */
    readonly kind: "conflict";
    readonly now: KeyState;
    /** The error of an earlier attempt of this write that may have done it. */
    readonly doubt: EtcdError | undefined;
  };

/** A key that is read and written until etcd answers. */
export class KeyStore {
  readonly #ks: Keyspace;
  readonly #key: Uint8Array;
  readonly #context: WorkContext;

  constructor(ks: Keyspace, key: Uint8Array, context: WorkContext) {
    this.#ks = ks;
    this.#key = key;
    this.#context = context;
  }

  /** Reads the key. */
  async read(): Promise<KeyState> {
    const { answer: { header: { revision }, kvs } } = await untilAnswered(
      (options) => this.#ks.kv.range(this.#key, options),
      this.#context,
      { writes: false },
    );
    return { kv: kvs[0], revision };
  }

  /** Writes the key; the same request again until it is answered. */
  async write({ base, value, options, beside }: Write): Promise<Written> {
    const key = this.#key;
    const write = value === undefined
      ? op.delete(key)
      : op.put(key, value, options);
    const txn = {
      if: [compare.modRevision(key, "=", base.kv?.modRevision ?? 0n)],
      then: [write, ...beside],
      else: [op.range(key)],
    } as const;
    const { answer, doubt } = await untilAnswered(
      (call) => this.#ks.kv.txn(txn, call),
      this.#context,
      { writes: true },
    );
    const { header: { revision } } = answer;
    if (answer.succeeded) return { kind: "done", revision };
    const now = { kv: answer.results[0].kvs[0], revision };
    return { kind: "conflict", now, doubt };
  }
}
