import type { CallOptions } from "../../../../api/call/options.ts";
import type { Caller, UnaryCall } from "../../../../api/call/caller.ts";
import type {
  CompareInit,
  DeleteRangeRequestInit,
  KeyValue,
  PutRequestInit,
  RangeRequestInit,
  RequestOpInit,
  TxnRequestInit,
} from "../../../../proto/gen/messages.ts";
import {
  CompareResult,
  CompareTarget,
  SortOrder,
} from "../../../../proto/gen/messages.ts";
import { fromBigInt, toBigInt, ZERO } from "../../../../proto/int64.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import { rpcs } from "../../../../proto/gen/rpcs.ts";

interface Stored {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly create: bigint;
  readonly mod: bigint;
  readonly lease: bigint;
}

/**
 * As much of an etcd as tests of what is built on it need: ranges by key or
 * creation, puts, deletes and transactions that compare for equality.
 */
export class MemoryStore implements Caller {
  /** What each call did, by its method. */
  readonly called: string[] = [];
  /** Serves each request once more, as a copy that was held up is. */
  readonly copies: (() => unknown)[] = [];
  /** Runs before each call, and may fail it; then after it was applied. */
  onCall: (method: string, when: "before" | "after") => void = () => {};
  /** Told of each deletion. */
  onDelete: (key: Uint8Array, revision: bigint) => void = () => {};
  /** Told of each put. */
  onPut: (put: Pick<Stored, "key" | "lease">, revision: bigint) => void =
    () => {};
  revision = 1n;
  /** How many keys it has answered with. */
  keysRead = 0;
  readonly #keys = new Map<string, Stored>();

  /** All keys there are, as text of a character a byte. */
  get keys(): readonly string[] {
    return [...this.#keys.keys()].sort();
  }

  /** The value of a key there is. */
  text(key: string): string {
    return new TextDecoder().decode(this.#at(key).value);
  }

  /** Attaches a key to a lease without a new revision: an older state. */
  restore(key: string, { lease }: { readonly lease: bigint }): void {
    this.#keys.set(key, { ...this.#at(key), lease });
  }

  // deno-lint-ignore require-await -- Caller has promises.
  async unary<Request, Response>(
    { method: { name, decode } }: UnaryCall<Request, Response>,
    request: Request,
    options?: CallOptions,
  ): Promise<Response> {
    options?.signal?.throwIfAborted();
    this.called.push(name);
    this.copies.push(() => this.#answer(name, request));
    this.onCall(name, "before");
    const response = this.#answer(name, request);
    this.onCall(name, "after");
    // As it comes out of the wire, with what that leaves out.
    const { response: type } = rpcs[name as keyof typeof rpcs];
    return decode(codecOf(type).encode(response));
  }

  #answer(name: string, request: unknown): object {
    const before = this.revision;
    let reply: object;
    switch (name) {
      case "KV.Range":
        reply = this.#range(request as RangeRequestInit);
        break;
      case "KV.Put":
        reply = this.#put(request as PutRequestInit, before + 1n);
        break;
      case "KV.DeleteRange":
        reply = this.#delete(request as DeleteRangeRequestInit, before + 1n);
        break;
      case "KV.Txn":
        reply = this.#txn(request as TxnRequestInit, before + 1n);
        break;
      default:
        throw new Error(`The store has no ${name}`);
    }
    return { ...reply, header: header(this.revision) };
  }

  #txn(request: TxnRequestInit, revision: bigint): object {
    const succeeded = (request.compare ?? []).every((one) => this.#holds(one));
    const branch = (succeeded ? request.success : request.failure) ?? [];
    const responses = branch.map((one) => this.#operation(one, revision));
    return { succeeded, responses };
  }

  #operation(one: RequestOpInit, revision: bigint): object {
    const { requestRange, requestPut, requestDeleteRange, requestTxn } = one;
    if (requestRange) return { responseRange: this.#range(requestRange) };
    if (requestPut) return { responsePut: this.#put(requestPut, revision) };
    if (requestDeleteRange) {
      return {
        responseDeleteRange: this.#delete(requestDeleteRange, revision),
      };
    }
    return { responseTxn: this.#txn(requestTxn ?? {}, revision) };
  }

  #holds(one: CompareInit): boolean {
    const found = this.#find(one);
    const all = found.length === 0 ? [undefined] : found;
    const equal = one.result !== CompareResult.NOT_EQUAL;
    return all.every((kv) => this.#equals(one, kv) === equal);
  }

  #equals(one: CompareInit, kv: Stored | undefined): boolean {
    switch (one.target) {
      case CompareTarget.LEASE:
        return (kv?.lease ?? 0n) === toBigInt(one.lease ?? ZERO);
      case CompareTarget.MOD:
        return (kv?.mod ?? 0n) === toBigInt(one.modRevision ?? ZERO);
      default:
        return (kv?.create ?? 0n) === toBigInt(one.createRevision ?? ZERO);
    }
  }

  #range(request: RangeRequestInit) {
    const least = toBigInt(request.minCreateRevision ?? ZERO);
    const most = toBigInt(request.maxCreateRevision ?? ZERO);
    const found = this.#find(request).filter(({ create }) =>
      create >= least && (most === 0n || create <= most)
    );
    if (request.sortTarget !== undefined) {
      found.sort((a, b) => Number(a.create - b.create));
    }
    if (request.sortOrder === SortOrder.DESCEND) found.reverse();
    const limit = Number(toBigInt(request.limit ?? ZERO)) || found.length;
    const kvs = found.slice(0, limit).map((one) =>
      // As etcd 3.7 has it.
      toWire(request.keysOnly ? { ...one, value: NONE, lease: 0n } : one)
    );
    this.keysRead += kvs.length;
    const more = kvs.length < found.length;
    return { kvs, more, count: fromBigInt(BigInt(found.length)) };
  }

  #put(request: PutRequestInit, revision: bigint) {
    const { key = NONE, value = NONE } = request;
    const previous = this.#keys.get(id(key));
    this.revision = revision;
    const lease = toBigInt(request.lease ?? ZERO);
    this.#keys.set(id(key), {
      key,
      value,
      create: previous?.create ?? revision,
      mod: revision,
      lease,
    });
    this.onPut({ key, lease }, revision);
    return { prevKv: request.prevKv && previous ? toWire(previous) : null };
  }

  #delete(request: DeleteRangeRequestInit, revision: bigint) {
    const found = this.#find(request);
    if (found.length > 0) this.revision = revision;
    for (const { key } of found) {
      this.#keys.delete(id(key));
      this.onDelete(key, revision);
    }
    const prevKvs = request.prevKv ? found.map(toWire) : [];
    return { deleted: fromBigInt(BigInt(found.length)), prevKvs };
  }

  #find({ key = NONE, rangeEnd }: RangeRequestInit): Stored[] {
    const from = id(key);
    const to = id(rangeEnd ?? NONE);
    if (to === "") return [...this.#keys.get(from) ? [this.#at(from)] : []];
    return this.keys
      .filter((one) => one >= from && (to === "\0" || one < to))
      .map((one) => this.#at(one));
  }

  #at(one: string): Stored {
    const stored = this.#keys.get(one);
    if (stored === undefined) throw new Error(`There is no key ${one}`);
    return stored;
  }
}

const NONE = new Uint8Array();

/** A key as a text that sorts as its bytes do. */
export function id(key: Uint8Array): string {
  return String.fromCharCode(...key);
}

function header(revision: bigint) {
  return {
    clusterId: ZERO,
    memberId: ZERO,
    revision: fromBigInt(revision),
    raftTerm: ZERO,
  };
}

function toWire({ key, value, create, mod, lease }: Stored): KeyValue {
  return {
    key,
    value,
    createRevision: fromBigInt(create),
    modRevision: fromBigInt(mod),
    version: fromBigInt(1n),
    lease: fromBigInt(lease),
  };
}
