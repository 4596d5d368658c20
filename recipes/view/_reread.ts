import { between, type EtcdRange } from "../../api/values/mod.ts";
import type { Keyspace, KeyValue } from "../../mod.ts";
import type { Decoder } from "./_decoder.ts";
import { idOf } from "./_id.ts";
import type { Received, ViewMap } from "./_map.ts";

/** The way from what a view has to what the store has. */
export interface Difference<T> {
  /** The revision at which the range was read. */
  readonly revision: bigint;
  /** The changes: what was written in the order of that, then what is gone. */
  readonly changes: readonly Received<T>[];
}

/** The state that a range is compared with. */
export interface RereadOptions<T> {
  /** The keys that are known already; they are not changed. */
  readonly map: ViewMap<T>;
  readonly decoder: Decoder<T>;
  /** The revision that the map is at. */
  readonly at: bigint;
  /** Whether one revision may have been given to two different writes. */
  readonly isHistoryLost: boolean;
  readonly signal: AbortSignal;
}

/** The store's revision, by the first key: a role may read nothing else. */
export async function readRevision(
  ks: Keyspace,
  { range: { key }, signal }: {
    readonly range: EtcdRange;
    readonly signal: AbortSignal;
  },
): Promise<bigint> {
  const options = { countOnly: true, signal };
  return (await ks.range(key, options)).header.revision;
}

/**
 * Reads a range at the newest revision, and finds what has changed. It keeps
 * nothing but that: keys come in the order of the known ones.
 */
export async function readDifference<T>(
  ks: Keyspace,
  range: EtcdRange,
  options: RereadOptions<T>,
): Promise<Difference<T>> {
  const { map, decoder, at, signal } = options;
  const revision = await readRevision(ks, { range, signal });
  const isHistoryLost = options.isHistoryLost || revision < at;
  const known = map.knownIds();
  const puts: { readonly at: bigint; readonly received: Received<T> }[] = [];
  const gone: Received<T>[] = [];
  let next = 0;
  const passTo = (id: string | undefined) => {
    for (let old = known[next]; old !== undefined; old = known[++next]) {
      if (id !== undefined && old >= id) return;
      gone.push({ type: "delete", id: old, key: undefined, revision });
    }
  };
  for await (const kv of ks.list(between(range), { revision, signal })) {
    const id = idOf(kv.key);
    passTo(id);
    if (known[next] === id) next++;
    if (isKnown(id, kv, { map, decoder, isHistoryLost })) continue;
    // Not its bytes, as they keep those of other keys in memory.
    const received = decoder.put(kv, { id, key: undefined });
    puts.push({ at: kv.modRevision, received });
  }
  passTo(undefined);
  puts.sort((one, other) => Number(one.at - other.at));
  return {
    revision,
    changes: [...puts.map(({ received }) => received), ...gone],
  };
}

/** Whether the map has a key as it was read. */
function isKnown<T>(
  id: string,
  kv: KeyValue,
  { map, decoder, isHistoryLost }: Pick<
    RereadOptions<T>,
    "map" | "decoder" | "isHistoryLost"
  >,
): boolean {
  const error = map.errorOf(id);
  if (error !== undefined) {
    return error.revision === kv.modRevision && !isHistoryLost;
  }
  const held = map.get(id);
  if (held?.modRevision !== kv.modRevision) return false;
  return !isHistoryLost ||
    (held.createRevision === kv.createRevision &&
      held.version === kv.version && held.lease === kv.lease &&
      decoder.isSame(held, kv));
}
