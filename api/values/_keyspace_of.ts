import { InvalidOptionError } from "../../errors/invalid_option_error.ts";

// Beside the bytes, so that they look and compare as any others.
const PREFIXES = new WeakMap<object, Uint8Array>();

const EVERY_KEY = new Uint8Array();

/**
 * Notes that a key was made in the keyspace with this prefix, which it goes
 * without: elsewhere it would be another key. Returns the key.
 */
export function madeIn<T extends object>(
  key: T,
  prefix: Uint8Array = EVERY_KEY,
): T {
  PREFIXES.set(key, prefix);
  return key;
}

/** The prefix of the keyspace that something was made in, or that it is. */
export function prefixOf(made: object): Uint8Array {
  return PREFIXES.get(made) ?? EVERY_KEY;
}

/**
 * Notes that a key was made in a keyspace. What only looks like one, say one
 * with calls of the user's, is not known: then the key is of any.
 */
export function madeBy<T extends object>(key: T, keyspace: object): T {
  const prefix = PREFIXES.get(keyspace);
  return prefix === undefined ? key : madeIn(key, prefix);
}

/**
 * Refuses a key that was made in another keyspace than this one. A key that a
 * user has made is of any.
 */
export function checkMadeIn(
  key: unknown,
  { option, prefix = EVERY_KEY }: {
    readonly option: string;
    readonly prefix?: Uint8Array | undefined;
  },
): void {
  const made = typeof key === "object" && key !== null
    ? PREFIXES.get(key)
    : undefined;
  if (made === undefined || sameBytes(made, prefix)) return;
  throw new InvalidOptionError(option, key, {
    expected: `made by ${nameOf(prefix)}, which it is used in`,
    shown: `made by ${nameOf(made)}`,
  });
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length &&
    one.every((byte, at) => byte === other[at]);
}

function nameOf(prefix: Uint8Array): string {
  return prefix.length === 0
    ? "the client itself, without a prefix"
    : `the namespace ${JSON.stringify(new TextDecoder().decode(prefix))}`;
}
