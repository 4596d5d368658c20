import { keyId } from "../../api/values/mod.ts";
import type { Bytes } from "../../mod.ts";

/** The id of a key, see `keyId`: a key of ASCII is its own, in half the time. */
export function idOf(key: Bytes): string {
  const text = key.text();
  // Longer characters are fewer than their bytes; what is no UTF-8 is U+FFFD.
  return text.length === key.length && !text.includes("\ufffd")
    ? text
    : keyId(key);
}
