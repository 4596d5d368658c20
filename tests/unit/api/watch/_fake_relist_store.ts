import type { Kv } from "../../../../api/kv/kv.ts";
import { copyBytes } from "../../../../api/values/bytes.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import type { KeyValue, ListOptions } from "../../../../mod.ts";

/** A store of one revision, as far as a relist asks it. */
export class FakeStore {
  revision = 10n;
  compactedTo = 0n;
  readonly keys: Map<string, KeyValue> = new Map();
  /** What the next reads fail with. */
  readonly failures: Error[] = [];
  reads = 0;

  put(key: Uint8Array | string, modRevision: bigint): this {
    const bytes = typeof key === "string" ? new TextEncoder().encode(key) : key;
    this.keys.set(bytes.join(), {
      key: copyBytes(bytes),
      value: copyBytes(new Uint8Array([1])),
      createRevision: modRevision,
      modRevision,
      version: 1n,
      lease: 0n,
    });
    return this;
  }

  delete(key: string): this {
    this.keys.delete(new TextEncoder().encode(key).join());
    return this;
  }

  get kv(): Kv {
    const header = () => ({
      clusterId: 0n,
      memberId: 0n,
      revision: this.revision,
      raftTerm: 0n,
    });
    const check = (revision: bigint) => {
      this.reads++;
      const failure = this.failures.shift();
      if (failure !== undefined) throw failure;
      if (revision < this.compactedTo) throw compacted();
      if (revision > this.revision) {
        throw createError("Cannot list: future", { code: "future_revision" });
      }
    };
    const keys = this.keys;
    return {
      range: () => Promise.resolve({ header: header() }),
      async *list(_range: unknown, { revision = 0n }: ListOptions) {
        check(revision);
        await Promise.resolve();
        yield* keys.values();
      },
    } as unknown as Kv;
  }
}

/** What a read of what is forgotten fails with. */
export function compacted(): Error {
  return createError("Cannot list: compacted", { code: "compacted" });
}
