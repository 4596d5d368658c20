import { base64, inspectBytes, wellFormed } from "./_bytes_view.ts";

// Text comes back as it was put, a byte order mark included. JSON has none.
const textDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
const jsonDecoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * Bytes, with ways to read and to log them. They are a plain `Uint8Array` in
 * every other respect, and a copy: nobody else writes to it. `console.log` shows
 * their text, or hexadecimal digits, and cuts long ones.
 *
 * ```ts ignore
 * const { value } = await client.get("config") ?? {};
 * value?.text(); // as text
 * value?.json(); // as JSON
 * value?.[0]; // byte by byte
 * ```
 *
 * The bytes of ranges, transactions and watches lie together in blocks of 8 KiB,
 * also those of different answers, as Node's buffers do: their `buffer` is larger
 * than they are, and each keeps its block in memory. What has more than 2 KiB has
 * a buffer of its own. `slice()` gives bytes such a buffer, as to hand it to a
 * worker: a block that is transferred is lost for all that lie in it.
 */
export class Bytes extends Uint8Array<ArrayBuffer> {
  /** Reads the bytes as UTF-8; bytes that are none become U+FFFD. */
  text(): string {
    return textDecoder.decode(this);
  }

  /**
   * Reads the bytes as JSON.
   *
   * @throws {SyntaxError} If they are no JSON.
   */
  json<T = unknown>(): T {
    return JSON.parse(jsonDecoder.decode(this)) as T;
  }

  /** Reads the bytes as {@linkcode Bytes.text} does: so templates show them. */
  override toString(): string {
    return this.text();
  }

  /**
   * The value that `JSON.stringify` writes: a string if the bytes are
   * well-formed UTF-8, `{ "base64": "…" }` if not.
   */
  toJSON(): string | { readonly base64: string } {
    return wellFormed(this) ?? { base64: base64(this) };
  }
}

// The form that `console.log` shows, in Deno, Node and others like it.
for (const name of ["Deno.customInspect", "nodejs.util.inspect.custom"]) {
  Object.defineProperty(Bytes.prototype, Symbol.for(name), {
    value(this: Bytes): string {
      return inspectBytes(this);
    },
    writable: true,
    configurable: true,
  });
}

// No `Symbol.species`, though a part of bytes could then be a plain array: the
// mere definition makes V8 slow with all typed arrays of the process.

/** A piece of memory into which bytes are copied, one behind the other. */
export class ByteBlock {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #at = 0;

  constructor(length: number) {
    this.#bytes = new Uint8Array(length);
  }

  /** The number of bytes that still fit in. */
  get free(): number {
    return this.#bytes.length - this.#at;
  }

  /** A copy of `source`, which must fit in. */
  copy(source: Uint8Array): Bytes {
    const at = this.#at;
    this.#bytes.set(source, at);
    this.#at += source.length;
    return new Bytes(this.#bytes.buffer, at, source.length);
  }

  /** UTF-8 of a text, which must fit in. */
  encode(text: string): Uint8Array {
    const at = this.#at;
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(at));
    this.#at += written;
    return this.#bytes.subarray(at, this.#at);
  }
}

// Bytes that are kept keep a block of this size in memory with them, as one of
// Node's buffers does. A buffer for each took six to fifteen times as long.
const BLOCK_BYTES = 8 * 1024;
// More would leave much of a block unused.
const LARGE_BYTES = BLOCK_BYTES / 4;

/** Blocks for bytes: one after another for small ones, one each for large. */
export class BlockPool {
  #block = new ByteBlock(0);

  /** A block in which so many bytes still fit. */
  roomFor(length: number): ByteBlock {
    if (length > LARGE_BYTES) return new ByteBlock(length);
    if (this.#block.free < length) this.#block = new ByteBlock(BLOCK_BYTES);
    return this.#block;
  }
}

/** A copy of `source`, which may be a view into something large. */
export function copyBytes(source: Uint8Array): Bytes {
  const bytes = new Bytes(new ArrayBuffer(source.length));
  bytes.set(source);
  return bytes;
}

// The blocks of the texts in requests: a buffer for each takes several times as
// long as to encode it.
const texts = new BlockPool();
const MOST_PER_CHARACTER = 3;

/** UTF-8 of a string, which has to be well-formed; bytes as they are. */
export function encodeBytes(value: string | Uint8Array): Uint8Array {
  if (typeof value !== "string") return value;
  const most = value.length * MOST_PER_CHARACTER;
  return most > LARGE_BYTES
    ? encoder.encode(value)
    : texts.roomFor(most).encode(value);
}
