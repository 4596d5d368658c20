import { MappedWatch } from "../keyspace/mod.ts";
import {
  type Bytes,
  copyBytes,
  jsonable,
  type KeyValue,
} from "../values/mod.ts";
import type { Watch } from "../watch/mod.ts";

/** A watch on keys below a prefix, which it takes off. */
export function namespacedWatch(watch: Watch, { length }: Uint8Array): Watch {
  return new MappedWatch(watch, (batch) => ({
    ...batch,
    events: batch.events.map((event) => ({
      ...event,
      kv: withoutPrefix(event.kv, length),
      prevKv: event.prevKv && withoutPrefix(event.prevKv, length),
    })),
  }));
}

function withoutPrefix(kv: KeyValue, length: number): KeyValue {
  const key: Bytes = copyBytes(kv.key.subarray(length));
  return jsonable({ ...kv, key });
}
