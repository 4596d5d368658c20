import { encodeBytes, keyBytes, keyId } from "../../api/values/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type { Key } from "../../mod.ts";

/** The start of keys beside a name. Go's recipes use it in the same way. */
const BESIDE = "__";

/**
 * The keys of a recipe that has Go's keys below its name. Its own are beside the
 * name, as Go's recipes take for theirs whatever is below it.
 */
export class NamedKeys {
  /** The name. */
  readonly name: Uint8Array;
  /** The name in quotes, for errors. */
  readonly shown: string;

  /**
   * Checks the name.
   *
   * @throws {InvalidOptionError} If it is empty, or like a key beside a name.
   */
  constructor(name: Key) {
    this.name = new Uint8Array(keyBytes("name", name));
    this.shown = JSON.stringify(new TextDecoder().decode(this.name));
    if (!keyId(this.name).startsWith(BESIDE)) return;
    throw new InvalidOptionError("name", name, {
      expected: `without "${BESIDE}" in front, which its own keys have`,
    });
  }

  /** The key `NAME/part`. */
  below(part: string): Uint8Array {
    return Uint8Array.of(...this.name, ...encodeBytes(`/${part}`));
  }

  /** The key `__NAME/part`. */
  beside(part: string): Uint8Array {
    return besideOf(this.below(part));
  }
}

/** The key with `__` in front. */
export function besideOf(key: Uint8Array): Uint8Array {
  return Uint8Array.of(...encodeBytes(BESIDE), ...key);
}
