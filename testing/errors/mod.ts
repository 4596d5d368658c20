/**
 * Errors of the kit, and which of a system's errors mean what.
 *
 * @module
 */
export {
  type CodedError,
  helpFor,
  reasonInLog,
  reasonOf,
  refusal,
} from "./_reasons.ts";
export {
  stateError,
  TestingError,
  type TestingErrorInit,
  type TestingFailure,
} from "./testing_error.ts";
