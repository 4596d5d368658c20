/** Assertions about what is thrown, and of what class it is. */
import { AssertionError, refuse, show } from "./_refuse.ts";

// `never[]` admits every constructor without an `any`.
type ErrorConstructorOf<E extends Error> = new (...args: never[]) => E;
type AbstractConstructor = abstract new (...args: never[]) => unknown;

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
