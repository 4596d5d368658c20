import { keyBytes, keyId, own } from "../../api/values/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type {
  Key,
  KeyRange,
  KeyValue,
  Operation,
  ReadOptions,
} from "../../mod.ts";

/** A key or a range that is read. */
export type Item =
  | { readonly kind: "key"; readonly id: string; readonly key: Uint8Array }
  | { readonly kind: "range"; readonly id: string; readonly range: KeyRange };

/** The item of a key. */
export function keyItem(option: string, given: Key): Item & { kind: "key" } {
  const key = own(keyBytes(option, given));
  return { kind: "key", id: keyId(key), key };
}

/** The item of a range. */
export function rangeItem(
  option: string,
  given: unknown,
): Item & { kind: "range" } {
  if (!isRange(given)) {
    throw new InvalidOptionError(option, given, {
      expected: "a range, such as prefix() makes",
    });
  }
  const range = own(given);
  // No key has a character of more than a byte.
  const id = `${keyId(range.start)}\u{100}${keyId(range.end)}`;
  return { kind: "range", id, range };
}

/** The item of either. */
export function itemOf(option: string, given: Key | KeyRange): Item {
  return isRange(given) ? rangeItem(option, given) : keyItem(option, given);
}

/**
 * Reads an item within a transaction of etcd. It is not made by `op`, nor are the
 * conditions and writes, as that would copy each key once more.
 */
export function readOf(item: Item, options: ReadOptions = {}): Operation {
  return item.kind === "key"
    ? { kind: "get", key: item.key, options }
    : { kind: "range", key: item.range, options };
}

/** The keys that such a read has found. */
export function foundBy(item: Item, result: unknown): readonly KeyValue[] {
  if (item.kind === "range") {
    return (result as { readonly kvs: readonly KeyValue[] }).kvs;
  }
  return result === undefined ? [] : [result as KeyValue];
}

/** Whether a key, by its id, is in a range. */
export function isWithin(id: string, { start, end }: KeyRange): boolean {
  const hasEnd = !(end.length === 1 && end[0] === 0);
  return id >= keyId(start) && (!hasEnd || id < keyId(end));
}

function isRange(given: unknown): given is KeyRange {
  const { kind, start, end } = (given ?? {}) as Partial<KeyRange>;
  return kind === "range" && start instanceof Uint8Array &&
    end instanceof Uint8Array;
}
