/** A key as a text of one character a byte: exact for any bytes. */
export function keyId(key: Uint8Array): string {
  let text = "";
  for (const byte of key) text += String.fromCharCode(byte);
  return text;
}

/** The key of such a text. */
export function keyOf(id: string): Uint8Array {
  return Uint8Array.from(id, (character) => character.charCodeAt(0));
}
