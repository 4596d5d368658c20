/** How an assertion fails. */
import { inspect } from "node:util";

/** What every function of this module throws when the assertion fails. */
export class AssertionError extends Error {
  /** Made by the assertions; tests only catch it. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/** A value, as failures show it. */
export function show(value: unknown): string {
  return inspect(value, { depth: 6, maxArrayLength: 50, sorted: true });
}

/** Fails, with what the test says of it. */
export function refuse(problem: string, note: string | undefined): never {
  throw new AssertionError(note ? `${problem}: ${note}` : problem);
}
