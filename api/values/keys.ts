import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { checkText, Signature } from "../checks/mod.ts";
import { encodeBytes } from "./bytes.ts";

/** A key: text is encoded as UTF-8. */
export type Key = string | Uint8Array;

/** A value: text is encoded as UTF-8. */
export type Value = string | Uint8Array;

/**
 * A range of keys, from `start` up to but without `end`. Made by
 * {@linkcode prefix}, {@linkcode range}, {@linkcode fromKey} or
 * {@linkcode all}.
 */
export interface KeyRange {
  /** Discriminator. */
  readonly kind: "range";
  /** The first key. */
  readonly start: Uint8Array;
  /** The key after the last one; a single zero byte means no end. */
  readonly end: Uint8Array;
}

const PREFIX = new Signature("prefix", {});
const RANGE = new Signature("range", {});
const FROM_KEY = new Signature("fromKey", {});

/**
 * All keys that start with `start`; the empty prefix is all keys.
 *
 * @throws {InvalidOptionError} If `start` is neither text nor bytes.
 */
export function prefix(start: Key): KeyRange {
  const bytes = PREFIX.take(undefined, () => own(toBytes("prefix", start)));
  return bytes.length === 0
    ? all()
    : { kind: "range", start: bytes, end: prefixEnd(bytes) };
}

/**
 * All keys from `start` up to but without `end`: none at all if they are the
 * same.
 *
 * @throws {InvalidOptionError} If either is no key, or `end` is before
 * `start`.
 */
export function range(start: Key, end: Key): KeyRange {
  return RANGE.take(undefined, () => {
    const from = keyBytes("start", start);
    const to = keyBytes("end", end);
    if (compareBytes(from, to) > 0) {
      throw new InvalidOptionError("end", end, {
        expected: "a key that is not before 'start'",
      });
    }
    return { kind: "range", start: own(from), end: own(to) };
  });
}

/**
 * All keys from `start` on.
 *
 * @throws {InvalidOptionError} If `start` is no key.
 */
export function fromKey(start: Key): KeyRange {
  const from = FROM_KEY.take(undefined, () => own(keyBytes("start", start)));
  return { kind: "range", start: from, end: noEnd() };
}

/** All keys. */
export function all(): KeyRange {
  return { kind: "range", start: noEnd(), end: noEnd() };
}

/** The sign for the end of all keys; a new one, as users may write to it. */
function noEnd(): Uint8Array {
  return new Uint8Array(1);
}

/**
 * Copies the user's bytes, or those of a range, for a use after the call: by
 * then they may have changed. Any other value is given back as it is.
 */
export function own<T>(given: T): T {
  // Not `slice()`: a Node `Buffer` would give the same memory.
  if (given instanceof Uint8Array) return new Uint8Array(given) as typeof given;
  return isRange(given)
    ? { ...given, start: own(given.start), end: own(given.end) }
    : given;
}

/** The bytes of a key, which must not be empty: etcd has no empty key. */
export function keyBytes(option: string, key: Key): Uint8Array {
  const bytes = toBytes(option, key);
  if (bytes.length === 0) {
    throw new InvalidOptionError(option, key, {
      expected: "a key of at least one byte",
    });
  }
  return bytes;
}

/** The bytes of a value, which may be empty. */
export function toBytes(option: string, value: Value): Uint8Array {
  if (typeof value !== "string" && !(value instanceof Uint8Array)) {
    throw new InvalidOptionError(option, value, {
      expected: "a string or a Uint8Array",
    });
  }
  return encodeBytes(
    typeof value === "string" ? checkText(option, value) : value,
  );
}

/** A key or a range, as etcd's requests have it. */
export interface EtcdRange {
  /** The key, or the first one. */
  readonly key: Uint8Array;
  /** The key after the last one, if it is a range. */
  readonly rangeEnd: Uint8Array | undefined;
}

/** The two ends of a key or range. */
export function bounds(keyOrRange: Key | KeyRange): EtcdRange {
  if (isRange(keyOrRange)) {
    return { key: keyOrRange.start, rangeEnd: keyOrRange.end };
  }
  if (typeof keyOrRange === "object" && !(keyOrRange instanceof Uint8Array)) {
    throw new InvalidOptionError("key", keyOrRange, {
      expected: 'a string, a Uint8Array, or a range such as prefix("jobs/")',
    });
  }
  return { key: keyBytes("key", keyOrRange), rangeEnd: undefined };
}

/** The two ends of a key or range, in copies. */
export function ownBounds(keyOrRange: Key | KeyRange): EtcdRange {
  const { key, rangeEnd } = bounds(keyOrRange);
  return { key: own(key), rangeEnd: own(rangeEnd) };
}

/** The key or range with these ends, as the API takes it. */
export function between({ key, rangeEnd }: EtcdRange): Uint8Array | KeyRange {
  return rangeEnd === undefined
    ? key
    : { kind: "range", start: key, end: rangeEnd };
}

function isRange(given: unknown): given is KeyRange {
  if (typeof given !== "object" || given === null) return false;
  const { kind, start, end } = given as Partial<KeyRange>;
  return kind === "range" && start instanceof Uint8Array &&
    end instanceof Uint8Array;
}

/** The smallest key behind `key`. */
export function keyAfter(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}

/** The smallest key behind all keys with this prefix. */
function prefixEnd(start: Uint8Array): Uint8Array {
  for (let at = start.length - 1; at >= 0; at--) {
    const byte = start[at] ?? 0;
    if (byte === 0xff) continue;
    const end = own(start.subarray(0, at + 1));
    end[at] = byte + 1;
    return end;
  }
  // Nothing sorts behind 0xff 0xff …: the range has no end.
  return noEnd();
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
