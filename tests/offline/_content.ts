/** Assertions about what is in a text, a list or an object. */
import { contains, equal } from "./_equal.ts";
import { refuse, show } from "./_refuse.ts";

/** Fails unless `expected` matches the string. */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (!expected.test(actual)) {
    refuse(`Expected ${show(actual)} to match ${expected}`, msg);
  }
}

/** Fails if `expected` matches the string. */
export function assertNotMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (expected.test(actual)) {
    refuse(`Expected ${show(actual)} not to match ${expected}`, msg);
  }
}

/** Fails unless `expected` occurs in the string. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (!actual.includes(expected)) {
    refuse(`Expected ${show(actual)} to include ${show(expected)}`, msg);
  }
}

/** Fails unless every item of `expected` equals some item of `actual`. */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T> & object,
  expected: ArrayLike<T> & object,
  msg?: string,
): void {
  const present = Array.from(actual);
  const missing = Array.from(expected).filter((item) =>
    !present.some((other) => equal(item, other))
  );
  if (missing.length > 0) {
    refuse(`Expected ${show(present)} to include ${show(missing)}`, msg);
  }
}

/** Fails unless `actual` has at least everything that `expected` has. */
export function assertObjectMatch(
  actual: object,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  if (!contains(actual, expected)) {
    refuse(`Expected ${show(actual)} to match ${show(expected)}`, msg);
  }
}
