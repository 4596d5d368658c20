import {
  CALL_OPTIONS,
  FLAG,
  REVISION,
  Signature,
} from "../../api/checks/mod.ts";
import {
  between,
  type EtcdRange,
  keyAfter,
  keyBytes,
  ownBounds,
} from "../../api/values/mod.ts";
import { FutureRevisionError } from "../../errors/specific_errors.ts";
import type {
  BatchMode,
  CallOptions,
  CompactOptions,
  CompactResult,
  ConditionalDeleteOptions,
  ConditionalDeleteResult,
  ConditionalPutOptions,
  ConditionalPutResult,
  DeleteOptions,
  DeleteResult,
  Key,
  KeyRange,
  KeyValue,
  Kv,
  ListOptions,
  Operation,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  ReadOptions,
  Txn,
  TxnResult,
  Value,
} from "../../mod.ts";
import type { Reads } from "./_reads.ts";
import { agreedTxn, type AnyTxn, keepTxn } from "./_txn.ts";

const FIRST_PAGE = 16;

const GET = new Signature("get", {
  ...CALL_OPTIONS,
  revision: REVISION,
  serializable: FLAG,
  keysOnly: FLAG,
});

/** The calls of a keyspace, whose reads do not go back. */
export class MonotonicKv implements Kv {
  readonly #kv: Kv;
  readonly #reads: Reads;

  constructor(kv: Kv, reads: Reads) {
    this.#kv = kv;
    this.#reads = reads;
  }

  async get(
    key: Key,
    options: ReadOptions & CallOptions = {},
  ): Promise<KeyValue | undefined> {
    const range = GET.take(options, () => keyBytes("key", key));
    return (await this.#range("get", range, options)).kvs[0];
  }

  range(
    range: Key | KeyRange,
    options: RangeOptions & CallOptions = {},
  ): Promise<RangeResult> {
    return this.#range("range", range, options);
  }

  list(
    range: Key | KeyRange,
    options: ListOptions & CallOptions = {},
  ): AsyncIterableIterator<KeyValue> {
    // It checks what it is given, and sends nothing before the first step.
    const unused = this.#kv.list(range, options);
    return options.revision
      ? this.#listAt(options.revision, unused)
      : this.#list(ownBounds(range), { ...options });
  }

  put(
    key: Key,
    value: Value,
    options: ConditionalPutOptions & CallOptions,
  ): Promise<ConditionalPutResult>;
  put(
    key: Key,
    value: Value,
    options?: PutOptions & CallOptions,
  ): Promise<PutResult>;
  async put(
    key: Key,
    value: Value,
    options?: PutOptions & CallOptions,
  ): Promise<PutResult | ConditionalPutResult> {
    return await this.#reads.write(() => this.#kv.put(key, value, options));
  }

  delete(
    key: Key,
    options: ConditionalDeleteOptions & CallOptions,
  ): Promise<ConditionalDeleteResult>;
  delete(
    range: Key | KeyRange,
    options?: DeleteOptions & CallOptions,
  ): Promise<DeleteResult>;
  async delete(
    range: Key | KeyRange,
    options?: DeleteOptions & CallOptions,
  ): Promise<DeleteResult | ConditionalDeleteResult> {
    return await this.#reads.write(() => this.#kv.delete(range, options));
  }

  async txn<
    const Then extends readonly Operation[] = [],
    const Else extends readonly Operation[] = [],
  >(
    txn: Txn<Then, Else>,
    options: CallOptions = {},
  ): Promise<TxnResult<Then, Else>> {
    type Result = TxnResult<Then, Else>;
    // What was given is checked, and sent, at once.
    const send = () => this.#kv.txn(txn, options);
    const kept = keepTxn(txn);
    if (kept === undefined) return await send();
    if (kept.kind === "writes") return await this.#reads.write(send);
    let first: Promise<Result> | undefined = send();
    const { txn: agreed, hasExtra } = agreedTxn(kept.txn);
    return await this.#reads.read<Result, CallOptions>({
      action: "run the transaction",
      serializable: kept.kind === "serializable",
      options,
      call: (options) => {
        const answer = first ?? this.#txn<Result>(kept.txn, options);
        first = undefined;
        return answer;
      },
      linearizable: async (options) => {
        const result = await this.#txn<Result>(agreed, options);
        return hasExtra ? { ...result, results: [] } as Result : result;
      },
    });
  }

  batched(mode?: Exclude<BatchMode, "off">): Kv {
    return new MonotonicKv(this.#kv.batched(mode), this.#reads);
  }

  compact(revision: bigint, options?: CompactOptions): Promise<CompactResult> {
    return this.#kv.compact(revision, options);
  }

  async #range(
    action: string,
    keyOrRange: Key | KeyRange,
    options: RangeOptions & CallOptions,
  ): Promise<RangeResult> {
    type Options = RangeOptions & CallOptions;
    // What was given is checked, and sent, at once.
    let first: Promise<RangeResult> | undefined = this.#kv.range(
      keyOrRange,
      options,
    );
    const kept = keepRange(keyOrRange, options);
    if (kept === undefined) return await first;
    const { range, options: own } = kept;
    return await this.#reads.read<RangeResult, Options>({
      action,
      serializable: own.serializable ?? false,
      revision: own.revision,
      options: own,
      call: (again) => {
        const answer = first ?? this.#kv.range(range, again);
        first = undefined;
        return answer;
      },
      linearizable: (again) =>
        this.#kv.range(range, { ...again, serializable: false }),
    });
  }

  #txn<Result>(txn: AnyTxn, options: CallOptions): Promise<Result> {
    return this.#kv.txn(txn, options) as Promise<unknown> as Promise<Result>;
  }

  async *#list(
    range: EtcdRange,
    { pageSize = FIRST_PAGE, ...options }: ListOptions & CallOptions,
  ): AsyncGenerator<KeyValue, void, undefined> {
    const { rangeEnd } = range;
    const first = { ...options, limit: pageSize };
    const page = await this.#range("range", between(range), first);
    const last = page.kvs.at(-1);
    const left = last && rangeEnd && { key: keyAfter(last.key), rangeEnd };
    for (const kv of page.kvs) yield kv;
    if (!page.more || left === undefined) return;
    const { revision } = page.header;
    const pages = { ...options, pageSize, revision };
    let rest = this.#kv.list(between(left), pages);
    try {
      let next = await this.#firstOf(rest);
      if (next === undefined) {
        rest = this.#kv.list(between(left), { ...pages, serializable: false });
        next = await rest.next();
      }
      for (; !next.done; next = await rest.next()) yield next.value;
    } finally {
      await rest.return?.();
    }
  }

  /** Nothing if the member is behind the pages before. */
  async #firstOf(
    list: AsyncIterableIterator<KeyValue>,
  ): Promise<IteratorResult<KeyValue> | undefined> {
    try {
      return await list.next();
    } catch (error) {
      if (error instanceof FutureRevisionError) return undefined;
      throw error;
    }
  }

  async *#listAt(
    revision: bigint,
    list: AsyncIterable<KeyValue>,
  ): AsyncGenerator<KeyValue, void, undefined> {
    for await (const kv of list) {
      this.#reads.seen.note(revision);
      yield kv;
    }
  }
}

/** Copies for calls that come later; nothing of what is no range. */
function keepRange(
  keyOrRange: Key | KeyRange,
  options: RangeOptions & CallOptions,
): {
  readonly range: Uint8Array | KeyRange;
  readonly options: RangeOptions & CallOptions;
} | undefined {
  try {
    return { range: between(ownBounds(keyOrRange)), options: { ...options } };
  } catch {
    return undefined;
  }
}
