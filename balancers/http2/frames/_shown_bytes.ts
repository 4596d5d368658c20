/** Bytes of a peer that does not speak HTTP/2, for an error message. */

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
