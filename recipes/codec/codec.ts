import type { Bytes } from "../../mod.ts";

/**
 * The way from a value of a program to bytes in etcd, and back. Either function may
 * throw: the recipe then throws a `CodecError` that names the key, with that
 * error as its `cause`.
 */
export interface Codec<T> {
  /** Makes the bytes, or text for its UTF-8, that are written. */
  encode(value: T): Uint8Array | string;
  /** Makes a value of the bytes that were read. */
  decode(bytes: Bytes): T;
}

/** Text as UTF-8. Bytes that are no UTF-8 do not decode. */
export const text: Codec<string> = {
  encode: (value) => value,
  decode(bytes) {
    const read = bytes.text();
    // What is no UTF-8 has become U+FFFD. To be strict takes twice as long.
    return read.includes("\ufffd") ? strict.decode(bytes) : read;
  },
};

/** Bytes as they are. */
export const bytes: Codec<Uint8Array> = {
  encode: (value) => value,
  decode: (value) => value,
};

/** Half a character, or a byte order mark that is eaten, would be a lie. */
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * JSON. `check` sees what was read and gives it back as a `T`, or throws: such
 * as the `parse` of a schema. Without it, what was read is taken for a `T`.
 *
 * ```ts
 * import { json } from "@etcdeno/client/recipes";
 *
 * const port = json((value) => {
 *   if (typeof value === "number") return value;
 *   throw new TypeError("not a port");
 * });
 * console.log(port.encode(8080)); // "8080"
 * ```
 */
export function json<T>(check?: (value: unknown) => T): Codec<T> {
  return {
    encode(value) {
      const written: string | undefined = JSON.stringify(value);
      if (written !== undefined) return written;
      throw new TypeError(`JSON has no ${typeof value}`);
    },
    decode(read) {
      const value: unknown = read.json();
      return check === undefined ? value as T : check(value);
    },
  };
}
