import type { CallOptions } from "../../../../api/call/options.ts";
import { copyBytes } from "../../../../api/values/bytes.ts";
import { listPages, type ReadRest } from "../../../../api/kv/_list.ts";
import type { KeyValue } from "../../../../api/values/key_value.ts";
import {
  bounds,
  type Key,
  type KeyRange,
} from "../../../../api/values/keys.ts";
import type {
  ListOptions,
  RangeOptions,
  RangeResult,
} from "../../../../api/kv/types.ts";

type Options = RangeOptions & CallOptions;

/** Reads from keys in memory, as etcd would. */
export class FakeReader {
  readonly reads: {
    readonly range: KeyRange | Key;
    readonly options: Options;
  }[] = [];
  revision = 100n;
  readonly #keys: readonly string[];
  readonly #valueBytes: number;

  constructor(keys: readonly string[], valueBytes = 1) {
    this.#keys = [...keys].sort();
    this.#valueBytes = valueBytes;
  }

  readonly read = (
    keyOrRange: KeyRange | Key,
    options: Options,
  ): Promise<RangeResult> => {
    this.reads.push({ range: keyOrRange, options });
    const { key, rangeEnd } = bounds(keyOrRange);
    const start = new TextDecoder().decode(key);
    const end = new TextDecoder().decode(rangeEnd);
    const found = this.#keys.filter((name) => {
      if (rangeEnd === undefined) return name === start;
      return name >= start && (end === "\0" || name < end);
    });
    const limit = options.limit ?? Infinity;
    return Promise.resolve({
      header: {
        clusterId: 1n,
        memberId: 1n,
        revision: this.revision++,
        raftTerm: 1n,
      },
      kvs: found.slice(0, limit).map((name) => this.#keyValue(name)),
      more: found.length > limit,
      count: BigInt(found.length),
    });
  };

  list(
    keyOrRange: KeyRange | Key,
    options: ListOptions & CallOptions = {},
    rest?: ReadRest,
  ): AsyncGenerator<KeyValue, void> {
    return listPages(keyOrRange, options, { page: this.read, rest });
  }

  get limits(): (number | undefined)[] {
    return this.reads.map(({ options }) => options.limit);
  }

  #keyValue(name: string): KeyValue {
    return {
      key: copyBytes(new TextEncoder().encode(name)),
      value: copyBytes(new Uint8Array(this.#valueBytes)),
      createRevision: 1n,
      modRevision: 1n,
      version: 1n,
      lease: 0n,
    };
  }
}

/** So many keys, in order. */
export function names(count: number): string[] {
  return Array.from(
    { length: count },
    (_, at) => `k${String(at).padStart(6, "0")}`,
  );
}

/** The keys of a list. */
export async function keysOf(list: AsyncIterable<KeyValue>): Promise<string[]> {
  return (await Array.fromAsync(list)).map(({ key }) => key.text());
}
