/** HPACK to header fields (RFC 7541, 3 and 6). */
import {
  COMPRESSION_ERROR,
  ConnectionError,
  DEFAULT_HEADER_TABLE_SIZE,
  type Octets,
  u8,
} from "../frames/mod.ts";
import { DynamicTable, entrySize } from "./_dynamic_table.ts";
import { decodeHuffman } from "./_huffman.ts";
import { type Field, STATIC_TABLE } from "./_static_table.ts";

const NOTHING = new Uint8Array(0);
/** More bits of an integer are a lie about a length, or an index. */
const MAX_SHIFT = 21;
/** A string is made of pieces of so many bytes. */
const PIECE_BYTES = 4_096;

/** Options of {@linkcode HpackDecoder}. */
export interface HpackDecoderOptions {
  /** The SETTINGS_HEADER_TABLE_SIZE that was sent. @default {4096} */
  readonly maxTableSize?: number;
  /** The SETTINGS_MAX_HEADER_LIST_SIZE that was sent. @default {65536} */
  readonly maxListSize?: number;
}

/** Is given the fields of a block, in order. */
export interface FieldHandler {
  /** Characters stand for bytes: none is above 255. */
  onField(name: string, value: string): void;
}

/**
 * The decoder of one connection. Every block must come here, in order, that of
 * a stream nobody waits for any more too.
 */
export class HpackDecoder {
  readonly #table: DynamicTable;
  readonly #maxListSize: number;
  #maxTableSize: number;
  // The maximum was lowered to this: the next block has to begin with as much.
  #owedSize = Infinity;
  #bytes: Uint8Array = NOTHING;
  #at = 0;
  #end = 0;
  #text = new Uint8Array(256);

  constructor(options: HpackDecoderOptions = {}) {
    this.#maxTableSize = options.maxTableSize ?? DEFAULT_HEADER_TABLE_SIZE;
    this.#maxListSize = options.maxListSize ?? 65_536;
    this.#table = new DynamicTable(this.#maxTableSize);
  }

  /** The peer has acknowledged another SETTINGS_HEADER_TABLE_SIZE (4.2). */
  setMaxTableSize(maxTableSize: number): void {
    this.#maxTableSize = maxTableSize;
    if (maxTableSize >= this.#table.maxSize) return;
    this.#owedSize = Math.min(this.#owedSize, maxTableSize);
  }

  /**
   * Tells the handler of the fields of a block.
   *
   * @returns The size of the list (RFC 9113, 6.5.2), or `undefined` if it is
   * larger than allowed: then the handler was told of its first fields only.
   * @throws {ConnectionError} If the block is wrong; nothing can be read then.
   */
  decode(
    { bytes, start, end }: Octets,
    handler: FieldHandler,
  ): number | undefined {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#updateSize();
    let size = 0;
    while (this.#at < end) {
      const field = this.#field(u8(bytes, this.#at));
      size += entrySize(field);
      if (size <= this.#maxListSize) handler.onField(field.name, field.value);
    }
    this.#bytes = NOTHING;
    return size <= this.#maxListSize ? size : undefined;
  }

  /**
   * Reads the size update that a block may begin with: 001 and the new size
   * (6.3).
   */
  #updateSize(): void {
    while (this.#at < this.#end && u8(this.#bytes, this.#at) >> 5 === 1) {
      const size = this.#integer(0x1f);
      if (size > this.#maxTableSize) throw wrong("the table is too large");
      this.#table.resize(size);
      if (size <= this.#owedSize) this.#owedSize = Infinity;
    }
    if (this.#owedSize !== Infinity) {
      throw wrong("an update of the table's size is owed");
    }
  }

  /** A field by its first byte (6.1, 6.2). */
  #field(first: number): Field {
    if ((first & 0x80) !== 0) return this.#entry(this.#integer(0x7f));
    if ((first & 0x40) !== 0) {
      const field = this.#literal(0x3f);
      this.#table.insert(field);
      return field;
    }
    if ((first & 0x20) !== 0) throw wrong("an update of the size comes late");
    return this.#literal(0x0f);
  }

  #entry(index: number): Field {
    const field = index <= STATIC_TABLE.length
      ? STATIC_TABLE[index - 1]
      : this.#table.at(index - STATIC_TABLE.length - 1);
    if (field === undefined) throw wrong(`there is no entry ${index}`);
    return field;
  }

  #literal(mask: number): Field {
    const index = this.#integer(mask);
    const name = index > 0 ? this.#entry(index).name : this.#string();
    return { name, value: this.#string() };
  }

  /** The bits of the mask, and what follows if all of them are set (5.1). */
  #integer(mask: number): number {
    let value = u8(this.#bytes, this.#at++) & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= MAX_SHIFT; shift += 7) {
      if (this.#at >= this.#end) throw wrong("it ends in an integer");
      const byte = u8(this.#bytes, this.#at++);
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw wrong("an integer is too large");
  }

  /** The length, and whether it is a Huffman string, then its bytes (5.2). */
  #string(): string {
    if (this.#at >= this.#end) throw wrong("it ends before a string");
    const isHuffman = u8(this.#bytes, this.#at) >= 0x80;
    const length = this.#integer(0x7f);
    const start = this.#at;
    const end = start + length;
    if (end > this.#end) throw wrong("it ends in a string");
    this.#at = end;
    const bytes = this.#bytes;
    if (!isHuffman) return text(bytes.subarray(start, end));
    const most = Math.ceil(length * 8 / 5);
    if (most > this.#text.length) this.#text = new Uint8Array(most);
    const written = decodeHuffman({ bytes, start, end }, this.#text);
    return text(this.#text.subarray(0, written));
  }
}

function text(bytes: Uint8Array): string {
  let made = "";
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    // It takes what has a length; to spread the bytes costs six times as much.
    made += String.fromCharCode.apply(null, piece as unknown as number[]);
  }
  return made;
}

function wrong(what: string): ConnectionError {
  return new ConnectionError(
    COMPRESSION_ERROR,
    `Cannot read a header block: ${what}`,
  );
}
