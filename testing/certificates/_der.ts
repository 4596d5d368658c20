/** Values in DER (ITU-T X.690), as far as X.509 needs it. */

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Bytes of one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A value of any tag. */
export function tagged(tag: number, content: Uint8Array): Uint8Array {
  return joined(new Uint8Array([tag]), lengthOf(content.length), content);
}

function lengthOf(size: number): Uint8Array {
  if (size < 0x80) return new Uint8Array([size]);
  const bytes: number[] = [];
  for (let rest = size; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return new Uint8Array([0x80 | bytes.length, ...bytes]);
}

/** Values in their order. */
export function sequence(...values: readonly Uint8Array[]): Uint8Array {
  return tagged(TAG.sequence, joined(...values));
}

/** A set of one value. */
export function setOf(value: Uint8Array): Uint8Array {
  return tagged(TAG.set, value);
}

/** A number from its bytes, the highest first, above zero. */
export function integer(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const rest = bytes.subarray(start);
  // The highest bit would make it negative.
  const sign = (rest[0] ?? 0) >= 0x80 ? [0] : [];
  return tagged(TAG.integer, joined(new Uint8Array(sign), rest));
}

/** An object identifier, such as `2.5.29.17`. */
export function oid(text: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  return tagged(
    TAG.oid,
    new Uint8Array([40 * first + second, ...rest.flatMap(base128)]),
  );
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) {
    bytes.unshift(0x80 | rest & 0x7f);
  }
  return bytes;
}

/** Whole bytes as bits. */
export function bitString(bytes: Uint8Array): Uint8Array {
  return tagged(TAG.bitString, joined(new Uint8Array([0]), bytes));
}

/** Bytes. */
export function octetString(bytes: Uint8Array): Uint8Array {
  return tagged(TAG.octetString, bytes);
}

/** The flag that is set. */
export function yes(): Uint8Array {
  return tagged(TAG.boolean, new Uint8Array([0xff]));
}

/** Text. */
export function text(value: string): Uint8Array {
  return tagged(TAG.utf8String, new TextEncoder().encode(value));
}

/** A time, to the second, before 2050. */
export function utcTime(time: Date): Uint8Array {
  const digits = time.toISOString().replaceAll(/\D/g, "").slice(2, 14);
  return tagged(TAG.utcTime, new TextEncoder().encode(`${digits}Z`));
}
