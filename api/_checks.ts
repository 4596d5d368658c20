import { InvalidOptionError } from "../errors/invalid_option_error.ts";
import { nearest } from "./_nearest_word.ts";

const LIMIT_MS = 2_147_483_647;

/** A time in milliseconds above zero that a timer can wait for. */
export function checkMs(option: string, value: unknown): number {
  if (
    typeof value !== "number" || !(value > 0) || value > LIMIT_MS
  ) {
    throw new InvalidOptionError(option, value, {
      expected: `a number of milliseconds above 0 and up to ${LIMIT_MS}`,
    });
  }
  return value;
}

/** A timeout: as {@linkcode checkMs}, or `false` for none. */
export function checkTimeoutMs(option: string, value: unknown): number {
  return value === false ? Infinity : checkMs(option, value);
}

/** A revision, version or the like: zero or above. */
export function checkInt64(option: string, value: unknown): bigint {
  if (typeof value !== "bigint" || value < 0n || value >= 1n << 63n) {
    throw new InvalidOptionError(option, value, {
      expected: "a bigint from 0 to 2^63 - 1",
    });
  }
  return value;
}

/**
 * Text that UTF-8 can carry. Of another one, half a surrogate pair would become
 * U+FFFD, and so the same as many others. `shown` stands in place of a secret.
 */
export function checkText(
  option: string,
  text: string,
  shown?: string,
): string {
  if (text.isWellFormed()) return text;
  const expected = "without half a surrogate pair, which UTF-8 cannot carry";
  throw shown === undefined
    ? new InvalidOptionError(option, text, { expected })
    : new InvalidOptionError(option, undefined, { expected, shown });
}

/** The id of a lease: Go's client makes them at random, negative ones too. */
export function checkLease(option: string, value: unknown): bigint {
  if (typeof value === "bigint" && BigInt.asIntN(64, value) === value) {
    return value;
  }
  throw new InvalidOptionError(option, value, {
    expected: "a bigint from -2^63 to 2^63 - 1",
  });
}

/** A name, of whatever. */
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
  if (typeof value !== "bigint" || value <= 0n || value >= 1n << 64n) {
    throw new InvalidOptionError(option, value, {
      expected: "a bigint from 1 to 2^64 - 1",
    });
  }
  return value;
}

/** A count: a whole number above zero. */
export function checkCount(option: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw new InvalidOptionError(option, value, {
      expected: "a whole number above 0",
    });
  }
  return value as number;
}

/** One of a few words. */
export function checkOneOf<T extends string>(
  option: string,
  value: unknown,
  words: readonly T[],
): T {
  if (!words.includes(value as T)) {
    throw new InvalidOptionError(option, value, {
      expected: `one of ${words.join(", ")}`,
    });
  }
  return value as T;
}

/** An object, of whatever kind. */
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
    if (!known.includes(option)) throw unknownOption(option, given, known);
  }
}

/**
 * There is no such option. Its value is not shown: it may be a password that
 * was put in the wrong place.
 */
export function unknownOption(
  option: string,
  value: unknown,
  known: readonly string[],
): InvalidOptionError {
  const near = nearest(option, known);
  const help = near === undefined ? "" : `; did you mean '${near}'?`;
  return new InvalidOptionError(option, undefined, {
    shown: `of type ${value === null ? "null" : typeof value}`,
    expected: `absent: there is no such option, only ${
      known.join(", ")
    }${help}`,
  });
}
