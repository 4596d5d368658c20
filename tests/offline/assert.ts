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
export {
  assertArrayIncludes,
  assertMatch,
  assertNotMatch,
  assertObjectMatch,
  assertStringIncludes,
} from "./_content.ts";
export { equal } from "./_equal.ts";
export {
  assert,
  assertEquals,
  assertExists,
  assertFalse,
  assertNotEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "./_equality.ts";
export {
  assertAlmostEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
  fail,
  unreachable,
} from "./_order.ts";
export { AssertionError } from "./_refuse.ts";
export {
  assertInstanceOf,
  assertIsError,
  assertNotInstanceOf,
  assertRejects,
  assertThrows,
} from "./_thrown.ts";
