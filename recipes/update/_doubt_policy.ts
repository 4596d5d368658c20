import { keyBytes, own } from "../../api/values/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type { DoubtPolicy } from "./types.ts";

/** A {@linkcode DoubtPolicy} that was checked, with a key that is kept. */
export type OwnDoubtPolicy =
  | "throw"
  | "sameValue"
  | { readonly receipt: Uint8Array };

/** Checks and keeps the option `doubt`. */
export function ownDoubtPolicy(
  given: DoubtPolicy = "throw",
): OwnDoubtPolicy {
  if (given === "throw" || given === "sameValue") return given;
  if (typeof given === "object" && given !== null) {
    return { receipt: own(keyBytes("doubt.receipt", given.receipt)) };
  }
  throw new InvalidOptionError("doubt", given, {
    expected: "throw, sameValue or { receipt: key }",
  });
}
