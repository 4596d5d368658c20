/** Assertions about one value, or two that are alike. */
import nodeAssert from "node:assert/strict";
import { equal } from "./_equal.ts";
import { refuse, show } from "./_refuse.ts";

type Falsy = false | 0 | 0n | "" | null | undefined;

/** Fails unless `expr` is truthy. */
export function assert(expr: unknown, msg?: string): asserts expr {
  if (!expr) refuse("Expected a truthy value", msg);
}

/** Fails unless `expr` is falsy. */
export function assertFalse(
  expr: unknown,
  msg?: string,
): asserts expr is Falsy {
  if (expr) refuse(`Expected a falsy value, got ${show(expr)}`, msg);
}

/** Fails unless both values are structurally equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  // Node's error carries a line diff; ours only borrows its text.
  const diff = new nodeAssert.AssertionError({
    actual,
    expected,
    operator: "deepStrictEqual",
  }).message;
  refuse(`Values are not equal\n${diff}`, msg);
}

/** Fails if both values are structurally equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) {
    refuse(`Expected values to differ, both are ${show(actual)}`, msg);
  }
}

/** Fails unless both values are the same by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (!Object.is(actual, expected)) {
    refuse(`Expected ${show(expected)} itself, got ${show(actual)}`, msg);
  }
}

/** Fails if both values are the same by `Object.is`. */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (Object.is(actual, expected)) {
    refuse(`Expected anything but ${show(expected)} itself`, msg);
  }
}

/** Fails on `null` and `undefined`. */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    refuse(`Expected a value, got ${actual}`, msg);
  }
}
