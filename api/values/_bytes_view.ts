/** The look of bytes in a log. */

const SHOWN_BYTES = 256;
const SHOWN_HEX = 32;

// Characters that a terminal may obey, and that JSON does not escape.
const CONTROL_REGEXP = /[\u007f-\u009f\u2028\u2029]/g;

/** The text of bytes; `undefined` if they are no well-formed UTF-8. */
export function wellFormed(bytes: Uint8Array): string | undefined {
  return decoded(bytes, { stream: false });
}

/** `Bytes(5) "hello"`, or `Bytes(2) ff fe`; long ones are cut. */
export function inspectBytes(bytes: Uint8Array): string {
  const cut = bytes.length > SHOWN_BYTES;
  // A character that the cut goes through is left out.
  const text = decoded(bytes.subarray(0, SHOWN_BYTES), { stream: cut });
  const head = `Bytes(${bytes.length})`;
  if (text !== undefined) {
    const quoted = JSON.stringify(text).replace(CONTROL_REGEXP, escaped);
    return `${head} ${quoted}${cut ? "…" : ""}`;
  }
  const hex = Array.from(
    bytes.subarray(0, SHOWN_HEX),
    (byte) => byte.toString(16).padStart(2, "0"),
  );
  if (bytes.length > SHOWN_HEX) hex.push("…");
  return [head, ...hex].join(" ");
}

/** Standard base64, with padding. */
export function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function decoded(
  bytes: Uint8Array,
  options: { readonly stream: boolean },
): string | undefined {
  // A decoder for each call, as it remembers half a character.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(bytes, options);
  } catch {
    return undefined;
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
