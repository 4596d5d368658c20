import { abortable, type WorkContext } from "../../api/waiting/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { type Keyspace, op } from "../../mod.ts";
import { type Codec, decodeWith, encodeWith } from "../codec/mod.ts";
import { authorOf } from "./_doubt.ts";
import {
  type KeyState,
  Pacing,
  type PacingClock,
  type Receipt,
} from "../steps/mod.ts";
import type { OwnDoubtPolicy } from "./_doubt_policy.ts";
import { KeyStore, type Write } from "./_store.ts";
import type { Change, UpdateResult } from "./types.ts";

/** The settings of an update, all checked. */
export interface UpdateSettings<T> {
  readonly ks: Keyspace;
  readonly key: Uint8Array;
  /** The key, as errors show it. */
  readonly shown: string;
  readonly change: Change<T>;
  readonly codec: Codec<T>;
  /** `Infinity` for no limit. */
  readonly attempts: number;
  readonly lease: bigint | undefined;
  readonly doubt: OwnDoubtPolicy;
  readonly clock: PacingClock;
}

type Settled =
  | { readonly kind: "done"; readonly revision: bigint }
  | { readonly kind: "conflict"; readonly now: KeyState };

/** An update that runs: read, change, write, and again after a conflict. */
export class Updating<T> {
  readonly #settings: UpdateSettings<T>;
  #isChanging = false;

  constructor(settings: UpdateSettings<T>) {
    this.#settings = settings;
  }

  /** Completes "Cannot …"; says so if the function keeps it waiting. */
  get action(): string {
    const { shown } = this.#settings;
    return this.#isChanging
      ? `update ${shown}, whose new value is not there yet`
      : `update ${shown}`;
  }

  async run(context: WorkContext): Promise<UpdateResult<T>> {
    const { ks, key, clock, attempts: most, shown } = this.#settings;
    const store = new KeyStore(ks, key, context);
    const pacing = new Pacing(clock);
    let state = await store.read();
    for (let attempts = 1; attempts <= most; attempts++) {
      const old = this.#decode(state);
      const next = await this.#change(old, context);
      if (next === undefined || (next === null && state.kv === undefined)) {
        const { revision } = state;
        // Decoded once more: the function may have written to the old one.
        const value = this.#decode(state);
        return { action: "none", value, revision, attempts };
      }
      const settled = await this.#write(store, { state, next }, context);
      if (settled.kind === "done") {
        const { revision } = settled;
        return next === null
          ? { action: "delete", revision, attempts }
          : { action: "put", value: next, revision, attempts };
      }
      state = settled.now;
      if (attempts === most) break;
      await pacing.afterConflict(context.signal);
    }
    throw new EtcdError(
      `Cannot update ${shown}: others have changed it each of ${most} times (aborted)`,
      { code: "aborted", retryable: true },
    );
  }

  #decode({ kv }: KeyState): T | undefined {
    return kv && decodeWith(this.#settings.codec, kv);
  }

  async #change(old: T | undefined, context: WorkContext) {
    this.#isChanging = true;
    const { change } = this.#settings;
    const next = await abortable(
      (async () => await change(old))(),
      context.signal,
    );
    this.#isChanging = false;
    return next;
  }

  /** Writes the new value; if the answer was lost, finds out what was done. */
  async #write(
    store: KeyStore,
    { state: base, next }: {
      readonly state: KeyState;
      readonly next: T | null;
    },
    context: WorkContext,
  ): Promise<Settled> {
    const { ks, key, doubt: policy, codec } = this.#settings;
    const value = next === null ? undefined : encodeWith(codec, key, next);
    const receipt: Receipt | undefined = typeof policy === "string"
      ? undefined
      : { key: policy.receipt, token: crypto.randomUUID() };
    const write: Write = {
      base,
      value,
      options: this.#putOptions(base),
      beside: receipt ? [op.put(receipt.key, receipt.token)] : [],
    };
    const written = await store.write(write);
    if (written.kind === "done" || written.doubt === undefined) return written;
    const { now } = written;
    const doubted = { key, write, now, receipt };
    const author = await authorOf(ks, doubted, context);
    if (
      author.kind === "own" ||
      (author.kind === "alike" && policy === "sameValue")
    ) return { kind: "done", revision: author.revision };
    if (author.kind !== "other") throw written.doubt;
    // It has not been applied, and cannot be any more.
    context.maybeCommitted = false;
    return { kind: "conflict", now };
  }

  /** An update does not take the lease from a key. */
  #putOptions({ kv }: KeyState): Write["options"] {
    const { lease } = this.#settings;
    if (lease !== undefined) return { lease };
    return kv === undefined || kv.lease === 0n ? {} : { ignoreLease: true };
  }
}
