import { keyId } from "../../api/values/mod.ts";
import type { WorkContext } from "../../api/waiting/mod.ts";
import { compare, type Keyspace, op } from "../../mod.ts";
import { type Place, placeLostError } from "../line/mod.ts";
import { untilAnswered, watchAfterRead } from "../steps/mod.ts";
import type { DoubleBarrierKeys } from "./_double_keys.ts";

/** The steps of those who meet at a double barrier. */
export class Gathering {
  readonly #ks: Keyspace;
  readonly #keys: DoubleBarrierKeys;

  constructor(ks: Keyspace, keys: DoubleBarrierKeys) {
    this.#ks = ks;
    this.#keys = keys;
  }

  /** Waits until all are there; resolves to the revision that says so. */
  async untilAllAreThere(place: Place, context: WorkContext): Promise<bigint> {
    const isLast = place.before === this.#keys.slots - 1;
    return isLast && await this.#open(place, context) ||
      await this.#untilOpen(place, context);
  }

  /** Waits until those are gone who were there at a revision. */
  async untilOthersLeft(thereAt: bigint, context: WorkContext): Promise<void> {
    const ks = this.#ks;
    const { ahead } = this.#keys;
    const old = { maxCreateRevision: thereAt, keysOnly: true };
    for (;;) {
      const { answer: { kvs, header } } = await untilAnswered(
        (options) => ks.range(ahead, { ...old, ...options }),
        context,
        { writes: false },
      );
      const left = new Set(kvs.map(({ key }) => keyId(key)));
      if (left.size === 0) return;
      const readAt = header.revision;
      const options = { readAt, noPut: true, signal: context.signal };
      for await (const { kv } of watchAfterRead(ks, ahead, options)) {
        left.delete(keyId(kv.key));
        if (left.size === 0) return;
      }
    }
  }

  /** Opens it, if all are there who came since it was last opened. */
  async #open(
    place: Place,
    context: WorkContext,
  ): Promise<bigint | undefined> {
    const { ready, ahead, slots } = this.#keys;
    const upToIt = { maxCreateRevision: place.revision, keysOnly: true };
    // If it is not open now, it was not when the last one came.
    for (let lastOpened = 0n;;) {
      const outcome = await place.write({
        if: [place.guard, compare.modRevision(ready, "=", lastOpened)],
        then: [op.put(ready, "")],
        else: [op.range(ready), op.range(ahead, upToIt)],
      }, context);
      if (outcome.kind === "applied") return outcome.revision;
      const { results: [{ kvs: [kv] }, { kvs: there }] } = outcome;
      const isThere = there.some(({ createRevision }) =>
        createRevision === place.revision
      );
      if (!isThere) throw placeLostError(place.thing);
      lastOpened = kv?.modRevision ?? 0n;
      if (lastOpened > place.revision) return lastOpened;
      const since = there.filter(({ createRevision }) =>
        createRevision > lastOpened
      );
      // Others are inside still, or have left since the last one came.
      if (since.length < slots) return undefined;
    }
  }

  async #untilOpen(place: Place, context: WorkContext): Promise<bigint> {
    for (let readAt = place.revision;;) {
      const opened = await this.#nextOpening(readAt, context) ??
        await this.#readOpening(context);
      if (opened.at > place.revision) {
        await this.#makeSure(place, context);
        return opened.at;
      }
      readAt = opened.readAt;
    }
  }

  /** Nothing if that has to be read. */
  async #nextOpening(readAt: bigint, { signal }: WorkContext) {
    const options = { readAt, noDelete: true, signal };
    const events = watchAfterRead(this.#ks, this.#keys.ready, options);
    for await (const { kv: { modRevision: at } } of events) {
      return { at, readAt: at };
    }
    return undefined;
  }

  async #readOpening(context: WorkContext) {
    const { answer: { kvs: [kv], header } } = await untilAnswered(
      (options) => this.#ks.range(this.#keys.ready, options),
      context,
      { writes: false },
    );
    return { at: kv?.modRevision ?? 0n, readAt: header.revision };
  }

  /** Throws if it is not there any more: it was not one of them then. */
  async #makeSure(place: Place, context: WorkContext): Promise<void> {
    const { answer: { kvs: [kv] } } = await untilAnswered(
      (options) => this.#ks.range(place.key, { ...options, keysOnly: true }),
      context,
      { writes: false },
    );
    if (kv?.createRevision === place.revision) return;
    // Tells whether the lease is gone as well.
    await place.write({ if: [place.guard], then: [], else: [] }, context);
    throw placeLostError(place.thing);
  }
}
