/** Header fields to HPACK (RFC 7541, 3 and 6), as a client needs it. */
import { DEFAULT_HEADER_TABLE_SIZE } from "../frames/mod.ts";
import { DynamicTable, entrySize } from "./_dynamic_table.ts";
import { type Field, STATIC_TABLE } from "./_static_table.ts";

/** The fields that no peer or proxy may put into a table (7.1.3). */
const NEVER_INDEXED: ReadonlySet<string> = new Set(["authorization", "token"]);

/** The first bits of a field (6.1, 6.2) and of a size update (6.3). */
type Kind = {
  readonly bits: number;
  /** The bits for the index, or the size. */
  readonly mask: number;
};
const INDEXED: Kind = { bits: 0x80, mask: 0x7f };
const INCREMENTAL: Kind = { bits: 0x40, mask: 0x3f };
const SIZE_UPDATE: Kind = { bits: 0x20, mask: 0x1f };
const NEVER: Kind = { bits: 0x10, mask: 0x0f };
const WITHOUT: Kind = { bits: 0x00, mask: 0x0f };
const STRING: Kind = { bits: 0x00, mask: 0x7f };

/** The most bytes of an integer of 32 bits. */
const INTEGER_BYTES = 6;

/** Fields that many blocks begin with, see {@linkcode HpackEncoder.template}. */
export interface HeaderTemplate {
  readonly fields: readonly Field[];
}

/** The block that the fields make while the table is as it was. */
interface CachedTemplate extends HeaderTemplate {
  version: number;
  block: Uint8Array;
}

/** Sizes of the table that the peer is to be told of (4.2). */
interface SizeChange {
  smallest: number;
  last: number;
}

/**
 * The encoder of one connection: a block is made by {@linkcode begin} and
 * {@linkcode add}, is in {@linkcode bytes} then, and must be sent before the
 * next one.
 *
 * What may come again is put into the peer's table at its first use, and is a
 * byte from then on. Only what fits is added, nothing is evicted for it: so the
 * table comes to rest, and templates are encoded once.
 *
 * Strings are not put into Huffman code: what is sent with every call is in the
 * table, and the peer need not decode the rest.
 */
export class HpackEncoder {
  readonly #table = new DynamicTable(DEFAULT_HEADER_TABLE_SIZE);
  #change: SizeChange | undefined;
  /** Counts what changes the table; a block of another version is stale. */
  #version = 0;
  /** The number of fields inserted; gives the newest one of each name. */
  #inserted = 0;
  readonly #newest = new Map<string, { value: string; number: number }>();
  #bytes = new Uint8Array(512);
  #length = 0;

  /** Holds the block, from 0 to {@linkcode length}; good until `begin`. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The number of bytes in the block. */
  get length(): number {
    return this.#length;
  }

  /** Takes the peer's SETTINGS_HEADER_TABLE_SIZE. */
  setMaxTableSize(maxTableSize: number): void {
    // More is of no use: all that comes again has room in this.
    const size = Math.min(maxTableSize, DEFAULT_HEADER_TABLE_SIZE);
    if (size === this.#table.maxSize) return;
    this.#table.resize(size);
    this.#version++;
    const oldest = this.#inserted - this.#table.length;
    for (const [name, { number }] of this.#newest) {
      if (number < oldest) this.#newest.delete(name);
    }
    const smallest = Math.min(size, this.#change?.smallest ?? size);
    this.#change = { smallest, last: size };
  }

  /**
   * Fields that are sent again and again; make it once, for this encoder only.
   *
   * @throws {TypeError} If HTTP/2 does not allow a name or a value.
   */
  template(fields: readonly Field[]): HeaderTemplate {
    for (const field of fields) check(field);
    const template: CachedTemplate = {
      fields,
      version: -1,
      block: new Uint8Array(0),
    };
    return template;
  }

  /** Begins a block with the fields of a template. */
  begin(template: HeaderTemplate): void {
    this.#length = 0;
    const version = this.#version;
    const cached = template as CachedTemplate;
    if (cached.version === version && this.#change === undefined) {
      this.#append(cached.block);
      return;
    }
    this.#tellChange();
    const start = this.#length;
    for (const field of template.fields) this.#field(field);
    // Of the version before, so one that has added to the table is stale.
    cached.version = version;
    cached.block = this.#bytes.slice(start, this.#length);
  }

  /** Adds a field that differs from block to block. */
  add(name: string, value: string): void {
    const newest = this.#newest.get(name);
    if (newest === undefined) return this.#field({ name, value });
    const index = STATIC_TABLE.length + this.#inserted - newest.number;
    if (newest.value === value) return this.#integer(INDEXED, index);
    this.#integer(WITHOUT, index);
    this.#string(value);
  }

  #tellChange(): void {
    if (this.#change === undefined) return;
    const { smallest, last } = this.#change;
    this.#change = undefined;
    if (smallest < last) this.#integer(SIZE_UPDATE, smallest);
    this.#integer(SIZE_UPDATE, last);
  }

  #field(field: Field): void {
    const { name, value } = field;
    const never = NEVER_INDEXED.has(name);
    const same = never
      ? 0
      : this.#find((other) => other.name === name && other.value === value);
    if (same > 0) return this.#integer(INDEXED, same);
    const named = this.#find((other) => other.name === name);
    const { size, maxSize } = this.#table;
    const insert = !never && size + entrySize(field) <= maxSize;
    this.#integer(insert ? INCREMENTAL : never ? NEVER : WITHOUT, named);
    if (named === 0) this.#string(name);
    this.#string(value);
    if (!insert) return;
    this.#table.insert(field);
    this.#newest.set(name, { value, number: this.#inserted++ });
    this.#version++;
  }

  /** The index of an entry of both tables; 0: there is none. */
  #find(fits: (field: Field) => boolean): number {
    const at = STATIC_TABLE.findIndex(fits);
    if (at >= 0) return at + 1;
    for (let index = 0; index < this.#table.length; index++) {
      const field = this.#table.at(index);
      if (field !== undefined && fits(field)) {
        return STATIC_TABLE.length + index + 1;
      }
    }
    return 0;
  }

  #integer({ bits, mask }: Kind, value: number): void {
    this.#reserve(INTEGER_BYTES);
    const bytes = this.#bytes;
    if (value < mask) {
      bytes[this.#length++] = bits | value;
      return;
    }
    bytes[this.#length++] = bits | mask;
    let left = value - mask;
    for (; left >= 0x80; left >>>= 7) {
      bytes[this.#length++] = left & 0x7f | 0x80;
    }
    bytes[this.#length++] = left;
  }

  #string(text: string): void {
    this.#integer(STRING, text.length);
    this.#reserve(text.length);
    const bytes = this.#bytes;
    for (let at = 0; at < text.length; at++) {
      bytes[this.#length++] = text.charCodeAt(at);
    }
  }

  #append(block: Uint8Array): void {
    this.#reserve(block.length);
    this.#bytes.set(block, this.#length);
    this.#length += block.length;
  }

  #reserve(size: number): void {
    const needed = this.#length + size;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** RFC 9113, 8.2.1; characters stand for bytes. */
function check({ name, value }: Field): void {
  if (!/^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) {
    throw new TypeError(`Cannot send a header: its name is '${name}'`);
  }
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw new TypeError(
      `Cannot send header '${name}': its value has a forbidden character`,
    );
  }
}
