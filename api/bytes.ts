// Text is given back as it was put, a byte order mark included; JSON has none.
const textDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
const jsonDecoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * Bytes, with ways to read them. A plain `Uint8Array` in every other respect,
 * and a copy: it keeps nothing else in memory.
 */
export class Bytes extends Uint8Array<ArrayBuffer> {
  /** What is cut out of it is plain bytes again. */
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }

  /** Reads them as UTF-8; what is none becomes U+FFFD. */
  text(): string {
    return textDecoder.decode(this);
  }

  /**
   * Reads them as JSON.
   *
   * @throws {SyntaxError} If they are none.
   */
  json<T = unknown>(): T {
    return JSON.parse(jsonDecoder.decode(this)) as T;
  }
}

/** A copy of `source`, which may be a view into something large. */
export function copyBytes(source: Uint8Array): Bytes {
  const bytes = new Bytes(new ArrayBuffer(source.length));
  bytes.set(source);
  return bytes;
}

/** UTF-8 of a string; bytes as they are. */
export function encodeBytes(value: string | Uint8Array): Uint8Array {
  return typeof value === "string" ? encoder.encode(value) : value;
}
