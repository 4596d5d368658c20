import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { wrongKind } from "./_wrong_kind.ts";
import { nearestWord } from "./_nearest_word.ts";
import {
  COUNT,
  HEADERS,
  LEASE,
  MEMBER_ID,
  MS,
  oneOf,
  type OptionKind,
  REVISION,
} from "./_kinds.ts";

/** Checks an argument or option against a kind. */
function check(option: string, value: unknown, kind: OptionKind): void {
  if (kind.holds(value)) return;
  throw new InvalidOptionError(option, value, { expected: kind.expected });
}

/** A time in milliseconds above zero that a timer can wait for. */
export function checkMs(option: string, value: unknown): number {
  check(option, value, MS);
  return value as number;
}

/** A timeout: as {@linkcode checkMs}, or `false` for none, which is Infinity. */
export function checkTimeoutMs(option: string, value: unknown): number {
  return value === false ? Infinity : checkMs(option, value);
}

/** A revision, version or the like: zero or above. */
export function checkInt64(option: string, value: unknown): bigint {
  check(option, value, REVISION);
  return value as bigint;
}

/**
 * Text that UTF-8 can carry. In other text, half a surrogate pair would become
 * U+FFFD, so different keys would be one. `shown` stands in place of a secret.
 */
export function checkText(
  option: string,
  text: string,
  { shown }: { readonly shown?: string } = {},
): string {
  if (text.isWellFormed()) return text;
  const expected = "without half a surrogate pair, which UTF-8 cannot carry";
  throw shown === undefined
    ? new InvalidOptionError(option, text, { expected })
    : new InvalidOptionError(option, undefined, { expected, shown });
}

/** The id of a lease: Go's client makes them at random, negative ones too. */
export function checkLease(option: string, value: unknown): bigint {
  check(option, value, LEASE);
  return value as bigint;
}

/** A name: text that is not empty. */
export function checkName(option: string, value: unknown): string {
  if (typeof value === "string" && value !== "") {
    return checkText(option, value);
  }
  throw new InvalidOptionError(option, value, {
    expected: "a string that is not empty",
  });
}

/** The id of a member. */
export function checkId(option: string, value: unknown): bigint {
  check(option, value, MEMBER_ID);
  return value as bigint;
}

/** A count: a whole number above zero. */
export function checkCount(option: string, value: unknown): number {
  check(option, value, COUNT);
  return value as number;
}

/** A word that is one of a few. */
export function checkOneOf<T extends string>(
  option: string,
  value: unknown,
  { words }: { readonly words: readonly T[] },
): T {
  // The words are put together only where the value is wrong.
  if (!words.includes(value as T)) check(option, value, oneOf(...words));
  return value as T;
}

/** Headers of a request. */
export function checkHeaders(
  option: string,
  value: unknown,
): Readonly<Record<string, string>> {
  if (!HEADERS.holds(value)) throw wrongKind(HEADERS, { option, value });
  return Object.freeze({ ...value as Record<string, string> });
}

/** An object of any kind. */
export function checkObject(
  option: string,
  value: unknown,
): asserts value is object {
  if (typeof value === "object" && value !== null) return;
  throw new InvalidOptionError(option, value, { expected: "an object" });
}

/** An object that has no options but the known ones. */
export function checkKnown(value: object, known: readonly string[]): void {
  for (const [option, given] of Object.entries(value)) {
    if (!known.includes(option)) {
      throw unknownOption(option, { value: given, known });
    }
  }
}

/**
 * There is no such option. Its value is not shown: it may be a password in the
 * wrong place.
 */
export function unknownOption(
  option: string,
  { value, known }: {
    readonly value: unknown;
    readonly known: readonly string[];
  },
): InvalidOptionError {
  const near = nearestWord(option, known);
  const help = near === undefined ? "" : `; did you mean '${near}'?`;
  return new InvalidOptionError(option, undefined, {
    shown: `of type ${value === null ? "null" : typeof value}`,
    expected: `absent: there is no such option, only ${
      known.join(", ")
    }${help}`,
  });
}
