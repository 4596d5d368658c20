import { ANYTHING, LEASE, leaseIdOf, Signature } from "../../api/checks/mod.ts";
import { copyBytes } from "../../api/values/mod.ts";
import { CanceledError } from "../../errors/specific_errors.ts";
import type { Key, KeyRange, KeyValue } from "../../mod.ts";
import {
  checkCodec,
  type Codec,
  decodeWith,
  encodeWith,
} from "../codec/mod.ts";
import { isWithin, type Item, keyItem, rangeItem } from "./_item.ts";
import type { Known, Reader } from "./_reader.ts";
import { ReadSet } from "./_read_set.ts";
import type { StmEntry, StmPutOptions, StmReadOptions, Tx } from "./types.ts";
import { WriteSet } from "./_write_set.ts";

const READ = { codec: ANYTHING };
const SIGNATURES = {
  get: new Signature("tx.get", READ),
  range: new Signature("tx.range", READ),
  revision: new Signature("tx.revision", {}),
  put: new Signature("tx.put", { ...READ, lease: LEASE }),
  delete: new Signature("tx.delete", {}),
};
const NO_LEASE = 0n;
const UNWRITTEN = 0n;

type Readable = Pick<KeyValue, "key" | "value" | "modRevision">;

/** The parts of a run. */
export interface RunParts<T> {
  readonly codec: Codec<T>;
  readonly reader: Reader;
  /** Answers that came before the run. */
  readonly known: Known | undefined;
}

/** One run of a transaction, in the hands of its function. */
export class Run<T> implements Tx<T> {
  readonly reads: ReadSet = new ReadSet();
  readonly writes: WriteSet = new WriteSet();
  readonly #parts: RunParts<T>;
  #isOver = false;

  constructor(parts: RunParts<T>) {
    this.#parts = parts;
  }

  /** From now on the function can do nothing by it any more. */
  end(): void {
    this.#isOver = true;
  }

  get<U = T>(
    key: Key,
    options?: StmReadOptions<U>,
  ): Promise<U | undefined> {
    return kept(this.#get(key, options));
  }

  revision(key: Key): Promise<bigint> {
    return kept(this.#revision(key));
  }

  range<U = T>(
    range: KeyRange,
    options?: StmReadOptions<U>,
  ): Promise<readonly StmEntry<U>[]> {
    return kept(this.#range(range, options));
  }

  put<U = T>(
    key: Key,
    value: U,
    options: StmPutOptions & Partial<StmReadOptions<U>> = {},
  ): void {
    const { item, codec, lease } = SIGNATURES.put.take(options, () => ({
      item: keyItem("key", key),
      codec: this.#codec(options),
      lease: leaseIdOf<undefined>(options.lease) ?? NO_LEASE,
    }));
    this.#throwIfOver("put", item.key);
    const bytes = encodeWith(codec, item.key, value);
    this.writes.set(item.id, { key: item.key, value: bytes, lease });
  }

  delete(key: Key): void {
    const { id, key: bytes } = SIGNATURES.delete.take(
      undefined,
      () => keyItem("key", key),
    );
    this.#throwIfOver("delete", bytes);
    this.writes.set(id, { key: bytes, value: undefined, lease: NO_LEASE });
  }

  async #get<U>(
    key: Key,
    options: StmReadOptions<U> | undefined,
  ): Promise<U | undefined> {
    const { item, codec } = SIGNATURES.get.take(options, () => ({
      item: keyItem("key", key),
      codec: this.#codec(options),
    }));
    this.#throwIfOver("get", item.key);
    const written = this.writes.get(item.id);
    if (written !== undefined) {
      const { key, value } = written;
      return value && decodeWith(codec, asRead(key, value));
    }
    const reading = this.#read(item);
    if (reading !== undefined) await reading;
    const kv = this.reads.key(item.id)?.kv;
    return kv && decodeWith(codec, kv);
  }

  async #revision(key: Key): Promise<bigint> {
    const item = SIGNATURES.revision.take(
      undefined,
      () => keyItem("key", key),
    );
    this.#throwIfOver("get the revision of", item.key);
    await this.#read(item);
    return this.reads.key(item.id)?.kv?.modRevision ?? 0n;
  }

  async #range<U>(
    range: KeyRange,
    options: StmReadOptions<U> | undefined,
  ): Promise<readonly StmEntry<U>[]> {
    const { item, codec } = SIGNATURES.range.take(options, () => ({
      item: rangeItem("range", range),
      codec: this.#codec(options),
    }));
    this.#throwIfOver("read from", item.range.start);
    await this.#read(item);
    const there = new Map<string, Readable>(this.reads.within(item.range));
    for (const [id, { key, value }] of this.writes) {
      if (!isWithin(id, item.range)) continue;
      if (value === undefined) there.delete(id);
      else there.set(id, asRead(key, value));
    }
    // In the order of the bytes, which the ids have one by one.
    return [...there].sort(([one], [other]) => one < other ? -1 : 1)
      .map(([, kv]) => ({ key: kv.key, value: decodeWith(codec, kv) }));
  }

  /** Has an item read; nothing to wait for if it is there already. */
  #read(item: Item): Promise<void> | undefined {
    if (this.reads.has(item)) return undefined;
    const { known, reader } = this.#parts;
    const found = known?.get(item.id);
    if (found === undefined) {
      return reader.read(item).then((one) => this.reads.add(item, one));
    }
    this.reads.add(item, found);
    return undefined;
  }

  #codec<U>(options: Partial<StmReadOptions<U>> | undefined): Codec<U> {
    const { codec } = options ?? {};
    return codec === undefined
      ? this.#parts.codec as unknown as Codec<U>
      : checkCodec("codec", codec);
  }

  #throwIfOver(verb: string, key: Uint8Array): void {
    if (!this.#isOver) return;
    const shown = JSON.stringify(new TextDecoder().decode(key));
    throw new CanceledError(
      `Cannot ${verb} ${shown}: this run of the transaction is over (canceled)`,
      { code: "canceled" },
    );
  }
}

/** A value that is written, as if it were there. */
function asRead(key: Uint8Array, value: Uint8Array): Readable {
  return {
    key: copyBytes(key),
    value: copyBytes(value),
    modRevision: UNWRITTEN,
  };
}

/** A promise whose rejection nobody need handle: a function may leave it. */
function kept<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
