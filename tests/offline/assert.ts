/**
 * Stand-in for `@std/assert` where jsr.io cannot be reached.
 *
 * `tools/task.ts` maps `@std/assert` to this module when the registry does not
 * answer. Signatures and verdicts are those of the original, as far as our
 * tests use them; the wording of failures is not. Never published, and itself
 * under test in `tests/unit/offline/assert_test.ts`, online too.
 *
 * @module
 */
import nodeAssert from "node:assert/strict";
import { inspect } from "node:util";
import { contains, equal } from "./_equal.ts";

export { equal };

// `never[]` admits every constructor without an `any`.
type ErrorConstructorOf<E extends Error> = new (...args: never[]) => E;
type AbstractConstructor = abstract new (...args: never[]) => unknown;
type Falsy = false | 0 | 0n | "" | null | undefined;

/** What every function of this module throws when the assertion fails. */
export class AssertionError extends Error {
  /** Made by the assertions; tests only catch it. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

function show(value: unknown): string {
  return inspect(value, { depth: 6, maxArrayLength: 50, sorted: true });
}

function refuse(problem: string, note: string | undefined): never {
  throw new AssertionError(note ? `${problem}: ${note}` : problem);
}

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

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return show(value);
  return value.constructor?.name || "an object without constructor";
}

/** Fails unless `actual` was constructed by `expectedType` or a subclass. */
export function assertInstanceOf<T extends AbstractConstructor>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is InstanceType<T> {
  if (!(actual instanceof expectedType)) {
    refuse(`Expected ${expectedType.name}, got ${kindOf(actual)}`, msg);
  }
}

/** Fails if `actual` was constructed by `unexpectedType` or a subclass. */
export function assertNotInstanceOf<A, T>(
  actual: A,
  unexpectedType: abstract new (...args: never[]) => T,
  msg?: string,
): asserts actual is Exclude<A, T> {
  if (actual instanceof unexpectedType) {
    refuse(`Expected anything but ${unexpectedType.name}`, msg);
  }
}

/** Fails unless `error` is an error, of that class, with that text in it. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: abstract new (...args: never[]) => E,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    refuse(`Expected an error, got ${show(error)}`, msg);
  }
  if (ErrorClass && !(error instanceof ErrorClass)) {
    refuse(
      `Expected ${ErrorClass.name}, got ${kindOf(error)}: ${error.message}`,
      msg,
    );
  }
  const matches = msgMatches instanceof RegExp
    ? msgMatches.test(error.message)
    : error.message.includes(msgMatches ?? "");
  if (!matches) {
    refuse(
      `Expected ${show(msgMatches)} in the message ${show(error.message)}`,
      msg,
    );
  }
}

interface ThrownExpectation {
  readonly ErrorClass?: ErrorConstructorOf<Error>;
  readonly msgIncludes?: string | undefined;
  readonly msg?: string | undefined;
}

function readExpectation(
  classOrMsg: ErrorConstructorOf<Error> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): ThrownExpectation {
  if (typeof classOrMsg === "string") return { msg: classOrMsg };
  if (classOrMsg === undefined) return { msg: msg ?? msgIncludes };
  return { ErrorClass: classOrMsg, msgIncludes, msg };
}

function checkThrown(error: unknown, expected: ThrownExpectation): void {
  const { ErrorClass, msgIncludes, msg } = expected;
  if (ErrorClass) assertIsError(error, ErrorClass, msgIncludes, msg);
}

/** Fails unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless `fn` throws that class; returns the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorConstructorOf<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: ErrorConstructorOf<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const expected = readExpectation(classOrMsg, msgIncludes, msg);
  try {
    fn();
  } catch (error) {
    checkThrown(error, expected);
    return error;
  }
  refuse("Expected the function to throw", expected.msg);
}

/** Fails unless `fn` returns a promise that rejects; resolves to its reason. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/** Fails unless `fn` rejects with that class; resolves to the error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorConstructorOf<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorConstructorOf<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const expected = readExpectation(classOrMsg, msgIncludes, msg);
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (cause) {
    throw new AssertionError(
      "Expected the function to reject, but it threw synchronously",
      { cause },
    );
  }
  if (typeof promise?.then !== "function") {
    refuse("Expected the function to return a promise", expected.msg);
  }
  try {
    await promise;
  } catch (error) {
    checkThrown(error, expected);
    return error;
  }
  refuse("Expected the function to reject", expected.msg);
}

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

/** Fails unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) {
    refuse(`Expected ${show(actual)} > ${show(expected)}`, msg);
  }
}

/** Fails unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!(actual >= expected)) {
    refuse(`Expected ${show(actual)} >= ${show(expected)}`, msg);
  }
}

/** Fails unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) {
    refuse(`Expected ${show(actual)} < ${show(expected)}`, msg);
  }
}

/** Fails unless `actual <= expected`. */
export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!(actual <= expected)) {
    refuse(`Expected ${show(actual)} <= ${show(expected)}`, msg);
  }
}

/** Fails unless both numbers are within `tolerance`, by default 1e-7 of it. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  const allowed = tolerance ??
    (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  if (Object.is(actual, expected)) return;
  if (!(Math.abs(expected - actual) <= allowed)) {
    refuse(`Expected ${actual} within ${allowed} of ${expected}`, msg);
  }
}

/** Fails always. */
export function fail(msg?: string): never {
  refuse("Failed assertion", msg);
}

/** Fails always: for branches that must not be reached. */
export function unreachable(reason?: string): never {
  refuse("Unreachable", reason);
}
