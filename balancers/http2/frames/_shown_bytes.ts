/** Bytes and text of a peer, for an error message. */

const SHOWN_BYTES = 48;

/** The first line if it is text, else the first bytes as hexadecimal digits. */
export function shownBytes(bytes: Uint8Array): string {
  const start = bytes.subarray(0, SHOWN_BYTES);
  const [line = ""] = String.fromCharCode(...start).split(/\r?\n/, 1);
  if (/^[\x20-\x7e]+$/.test(line)) return `'${line}'`;
  return Array.from(
    start.subarray(0, 16),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join(" ");
}

const SHOWN_CHARACTERS = 60;

/**
 * Text of a peer in quotes: not too much of it, and escaped where it is no plain
 * ASCII.
 */
export function shownText(text: string): string {
  const start = text.slice(0, SHOWN_CHARACTERS).replace(
    /[^\x20-\x7e]/g,
    (character) =>
      `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `'${start}${text.length > SHOWN_CHARACTERS ? "…" : ""}'`;
}
