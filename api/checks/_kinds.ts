import { LONGEST_MS } from "../../balancers/transport/mod.ts";
import {
  areHeaders,
  headerFault,
  MOST_HEADER_BYTES,
} from "./_request_headers.ts";
import { leaseIdOf } from "./lease_ref.ts";

/** A kind of values that an option can have. */
export interface OptionKind {
  /** Completes "must be …". */
  readonly expected: string;
  /** Whether a value is that. */
  holds(value: unknown): boolean;
  /** Whether errors must not show the value. @default {false} */
  readonly hidden?: boolean;
  /** Names the part of a value that is wrong, and completes "must be …". */
  part?(value: unknown):
    | {
      readonly name: string;
      readonly expected: string;
      readonly value: unknown;
    }
    | undefined;
}

/** The options of a method, by name. */
export type OptionKinds = Readonly<Record<string, OptionKind>>;

/** A time that a timer can wait for. */
export const MS: OptionKind = {
  expected: `a number of milliseconds above 0 and up to ${LONGEST_MS}`,
  holds: (value) =>
    typeof value === "number" && value > 0 && value <= LONGEST_MS,
};

/** A flag. */
export const FLAG: OptionKind = {
  expected: "true or false",
  holds: (value) => typeof value === "boolean",
};

/** A flag that stands for something only when it is set. */
export const TRUE: OptionKind = {
  expected: "true, or left out",
  holds: (value) => value === true,
};

/** A signal that ends a call. */
export const SIGNAL: OptionKind = {
  expected: "an AbortSignal, such as the 'signal' of an AbortController",
  holds: (value) => value instanceof AbortSignal,
};

/** A time limit. */
export const TIMEOUT_MS: OptionKind = {
  expected: `false, or ${MS.expected}`,
  holds: (value) => value === false || MS.holds(value),
};

/** A revision or the like. */
export const REVISION: OptionKind = {
  expected: "a bigint from 0 to 2^63 - 1",
  holds: (value) =>
    typeof value === "bigint" && value >= 0n && value < 1n << 63n,
};

/** A lease, or its id: other clients may make negative ones. */
export const LEASE: OptionKind = {
  expected: "a lease or its id, a bigint from -2^63 to 2^63 - 1",
  holds: (value) => {
    const id = leaseIdOf(value);
    return typeof id === "bigint" && BigInt.asIntN(64, id) === id;
  },
};

/** The id of a member. */
export const MEMBER_ID: OptionKind = {
  expected: "a bigint from 1 to 2^64 - 1",
  holds: (value) =>
    typeof value === "bigint" && value > 0n && value < 1n << 64n,
};

/** A count. */
export const COUNT: OptionKind = {
  expected: "a whole number above 0",
  holds: (value) => Number.isSafeInteger(value) && (value as number) > 0,
};

/** A list. */
export const LIST: OptionKind = {
  expected: "a list",
  holds: (value) => Array.isArray(value),
};

/** A function that is called back. */
export const FUNCTION: OptionKind = {
  expected: "a function",
  holds: (value) => typeof value === "function",
};

/** A secret: no error shows it. */
export const SECRET: OptionKind = {
  expected: "a string",
  holds: (value) => typeof value === "string",
  hidden: true,
};

/** A word that is one of a few. */
export function oneOf(...words: readonly string[]): OptionKind {
  return {
    expected: `one of ${words.join(", ")}`,
    holds: (value) => words.includes(value as string),
  };
}

/** Any value: it is checked where it is used. */
export const ANYTHING: OptionKind = {
  expected: "anything but null",
  holds: (value) => value !== null,
};

/** The options of a wait. */
export const WAIT_OPTIONS: OptionKinds = {
  signal: SIGNAL,
  timeoutMs: TIMEOUT_MS,
};

/** Headers of a request. */
export const HEADERS: OptionKind = {
  expected:
    `an object of headers, such as { "x-tenant": "a" }, with at most ${MOST_HEADER_BYTES} bytes`,
  holds: areHeaders,
  hidden: true,
  part: headerFault,
};

/** The options of every call. */
export const CALL_OPTIONS: OptionKinds = {
  ...WAIT_OPTIONS,
  requireLeader: FLAG,
  headers: HEADERS,
};
