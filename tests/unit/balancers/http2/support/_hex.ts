/** Bytes as people write them. */

/** The bytes of hexadecimal digits; spaces are for the eye. */
export function hex(digits: string): Uint8Array<ArrayBuffer> {
  const pairs = digits.replaceAll(/\s/g, "").match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
}

/** The hexadecimal digits of bytes, in lower case. */
export function digits(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/** A character per byte. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** The same back. */
export function fromLatin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4_096) {
    const piece = bytes.subarray(at, at + 4_096);
    text += String.fromCharCode.apply(null, piece as unknown as number[]);
  }
  return text;
}
