import { type Key, keyBytes, own } from "../../api/values/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type { Keyspace } from "../../mod.ts";

/** Checks what a recipe works on. */
export function checkKeyspace(ks: unknown, option = "ks"): Keyspace {
  const { kv, watch, lease } = (ks ?? {}) as Partial<Keyspace>;
  if (kv && lease && typeof watch === "function") return ks as Keyspace;
  throw new InvalidOptionError(option, ks, {
    expected: "a client or a namespace",
    shown: `of type ${ks === null ? "null" : typeof ks}`,
  });
}

/** Checks an argument that is called. */
export function checkFunction<T>(option: string, value: T): T {
  if (typeof value === "function") return value;
  throw new InvalidOptionError(option, value, { expected: "a function" });
}

/** A key that is kept, and its text for errors. */
export interface KeptKey {
  /** A copy: the caller may use its bytes again. */
  readonly key: Uint8Array;
  /** The key in quotes. */
  readonly shown: string;
}

/** Checks and keeps a key or a name. */
export function keepKey(option: string, given: Key): KeptKey {
  const key = own(keyBytes(option, given));
  return { key, shown: JSON.stringify(new TextDecoder().decode(key)) };
}
