import {
  between,
  bounds,
  type EtcdRange,
  type Key,
  type KeyRange,
  prefix as prefixRange,
} from "../values/mod.ts";

/** The key with the prefix before it. */
export function keyUnder(prefix: Uint8Array, key: Uint8Array): Uint8Array {
  const whole = new Uint8Array(prefix.length + key.length);
  whole.set(prefix);
  whole.set(key, prefix.length);
  return whole;
}

/** A range, of the keys below a prefix. */
export function rangeUnder(
  prefix: Uint8Array,
  { key, rangeEnd }: EtcdRange,
): EtcdRange {
  return {
    key: keyUnder(prefix, key),
    rangeEnd: rangeEnd && endUnder(prefix, rangeEnd),
  };
}

/** A key or a range as the API takes it, of the keys below a prefix. */
export function keysUnder(
  prefix: Uint8Array,
  keyOrRange: Key | KeyRange,
): Uint8Array | KeyRange {
  return between(rangeUnder(prefix, bounds(keyOrRange)));
}

function endUnder(prefix: Uint8Array, end: Uint8Array): Uint8Array {
  if (end.length === 0) return end;
  // A range without an end ends with the prefix.
  return end.length === 1 && end[0] === 0
    ? prefixRange(prefix).end
    : keyUnder(prefix, end);
}
