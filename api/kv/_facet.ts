import { methods } from "../../proto/methods.ts";
import { fromBigInt } from "../../proto/int64.ts";
import type { Caller, CallOptions } from "../call/mod.ts";
import { checkInt64, checkOneOf } from "../checks/mod.ts";
import type { BatchMode } from "../batch/mod.ts";
import {
  deleteRequest,
  deleteResult,
  putRequest,
  putResult,
  rangeRequest,
  rangeResult,
} from "./_codec.ts";
import {
  deleteIfRequest,
  deleteIfResult,
  isConditional,
  putIfRequest,
  putIfResult,
} from "./_condition.ts";
import { checkGuards } from "./_guards.ts";
import type { Kv } from "./kv.ts";
import { KV } from "./_options.ts";
import { listPages, type ReadRest } from "./_list.ts";
import { inTimeSlices, MANY_KEYS } from "../waiting/mod.ts";
import { outlineOf, txnRequest, txnResult } from "./_txn_codec.ts";
import {
  type Key,
  keyBytes,
  type KeyRange,
  type KeyValue,
  toHeader,
  toKeyValue,
  toKeyValuesInSteps,
  type Value,
} from "../values/mod.ts";
import type {
  ConditionalDeleteOptions,
  ConditionalDeleteResult,
  ConditionalPutOptions,
  ConditionalPutResult,
} from "./condition_types.ts";
import type {
  CompactOptions,
  CompactResult,
  DeleteOptions,
  DeleteResult,
  ListOptions,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  ReadOptions,
} from "./types.ts";
import type { Operation, Txn, TxnResult } from "./txn_types.ts";

// Made once, so that a call costs no object but its request.
const NO_OPTIONS = Object.freeze({});
const GET = { method: methods.kv.range, action: "get" };
const RANGE = { method: methods.kv.range, action: "range" };
const PUT = { method: methods.kv.put, action: "put" };
const DELETE = { method: methods.kv.deleteRange, action: "delete" };
const PUT_IF = { method: methods.kv.txn, action: "put" };
const DELETE_IF = { method: methods.kv.txn, action: "delete" };
const TXN = { method: methods.kv.txn, action: "run the transaction" };
const COMPACT = { method: methods.kv.compact, action: "compact" };

/** Makes a caller that carries calls of some kinds together. */
export type Batching = (mode: Exclude<BatchMode, "off">) => Caller;

/** The parts of {@linkcode Kv} that go beyond a caller. */
export interface KvParts {
  /** Makes the callers of {@linkcode Kv.batched}. */
  readonly batching: Batching;
  /** Reads the rest of a list; without it, {@linkcode Kv.list} reads pages. */
  readonly listRest?: ReadRest | undefined;
  /** The prefix of the keyspace. @default {none} */
  readonly prefix?: Uint8Array | undefined;
}

/** {@linkcode Kv} over a caller. */
export class KvFacet implements Kv {
  readonly #caller: Caller;
  readonly #parts: KvParts;

  constructor(caller: Caller, parts: KvParts) {
    this.#caller = caller;
    this.#parts = parts;
  }

  async get(
    key: Key,
    options: ReadOptions & CallOptions = NO_OPTIONS,
  ): Promise<KeyValue | undefined> {
    const request = KV.get.take(
      options,
      () => rangeRequest(keyBytes("key", key), options),
    );
    const wire = await this.#caller.unary(GET, request, options);
    const kv = wire.kvs[0];
    return kv && toKeyValue(kv);
  }

  async range(
    range: Key | KeyRange,
    options: RangeOptions & CallOptions = {},
  ): Promise<RangeResult> {
    const request = KV.range.take(options, () => rangeRequest(range, options));
    const wire = await this.#caller.unary(RANGE, request, options);
    const { kvs } = wire;
    if (kvs.length <= MANY_KEYS) return rangeResult(wire);
    const steps = toKeyValuesInSteps(kvs);
    return rangeResult(wire, await inTimeSlices(steps, options.signal));
  }

  list(
    range: Key | KeyRange,
    options: ListOptions & CallOptions = {},
  ): AsyncIterableIterator<KeyValue> {
    return KV.list.take(options, () =>
      listPages(range, options, {
        page: (page, pageOptions) => this.range(page, pageOptions),
        rest: this.#parts.listRest,
      }));
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
    options: (PutOptions | ConditionalPutOptions) & CallOptions = NO_OPTIONS,
  ): Promise<PutResult | ConditionalPutResult> {
    if (isConditional<ConditionalPutOptions>(options)) {
      const request = KV.put.take(
        options,
        () => putIfRequest(key, value, options),
      );
      return putIfResult(await this.#caller.unary(PUT_IF, request, options));
    }
    const request = KV.put.take(options, () => putRequest(key, value, options));
    return putResult(await this.#caller.unary(PUT, request, options));
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
    options: (DeleteOptions | ConditionalDeleteOptions) & CallOptions = {},
  ): Promise<DeleteResult | ConditionalDeleteResult> {
    if (isConditional<ConditionalDeleteOptions>(options)) {
      const request = KV.delete.take(
        options,
        () => deleteIfRequest(range, options),
      );
      const wire = await this.#caller.unary(DELETE_IF, request, options);
      return deleteIfResult(wire);
    }
    const request = KV.delete.take(
      options,
      () => deleteRequest(range, options),
    );
    const wire = await this.#caller.unary(DELETE, request, options);
    const { prevKvs } = wire;
    if (prevKvs.length <= MANY_KEYS) return deleteResult(wire);
    const steps = toKeyValuesInSteps(prevKvs);
    return deleteResult(wire, await inTimeSlices(steps, options.signal));
  }

  async txn<
    const Then extends readonly Operation[] = [],
    const Else extends readonly Operation[] = [],
  >(
    txn: Txn<Then, Else>,
    options: CallOptions = {},
  ): Promise<TxnResult<Then, Else>> {
    const request = KV.txn.take(options, () => {
      const checked = txnRequest(txn);
      checkGuards(txn, this.#parts);
      return checked;
    });
    const outline = outlineOf(txn);
    const wire = await this.#caller.unary(TXN, request, options);
    return txnResult(outline, wire) as TxnResult<Then, Else>;
  }

  batched(mode: Exclude<BatchMode, "off"> = "all"): Kv {
    KV.batched.take(
      undefined,
      () => checkOneOf("mode", mode, { words: ["reads", "all"] }),
    );
    return new KvFacet(this.#parts.batching(mode), this.#parts);
  }

  async compact(
    revision: bigint,
    options: CompactOptions = {},
  ): Promise<CompactResult> {
    const request = KV.compact.take(options, () => ({
      revision: fromBigInt(checkInt64("revision", revision)),
      physical: options.physical,
    }));
    const wire = await this.#caller.unary(COMPACT, request, options);
    return { header: toHeader(wire.header) };
  }
}
