/** An encoder of HPACK that does all that RFC 7541 allows, as it is drawn. */
import { STATIC_TABLE } from "../../../../../balancers/http2/hpack/_static_table.ts";
import { latin1 } from "../support/_hex.ts";
import { joined } from "../../../support/_joined.ts";
import type { Pair } from "./_story.ts";
import { huffman } from "./_huffman_encoder.ts";
import type { Draws } from "../support/_pieces.ts";

function integer(bits: number, mask: number, value: number): Uint8Array {
  if (value < mask) return Uint8Array.of(bits | value);
  const bytes = [bits | mask];
  let left = value - mask;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) {
    bytes.push(left % 0x80 + 0x80);
  }
  return Uint8Array.from([...bytes, left]);
}

function sizeOf([name, value]: Pair): number {
  return name.length + value.length + 32;
}

/** A peer's side of the table, written as plainly as can be. */
export class PeerEncoder {
  readonly #limit: number;
  readonly #draws: Draws;
  #maxSize: number;
  /** The newest one first. */
  #table: Pair[] = [];

  constructor(limit: number, draws: Draws) {
    this.#limit = this.#maxSize = limit;
    this.#draws = draws;
  }

  /** One block. */
  encode(fields: readonly Pair[]): Uint8Array {
    const parts: Uint8Array[] = [];
    while (this.#draws.oneIn(8)) {
      this.#maxSize = this.#draws.below(this.#limit + 1);
      this.#evict();
      parts.push(integer(0x20, 0x1f, this.#maxSize));
    }
    return joined(...parts, ...fields.map((field) => this.#field(field)));
  }

  #field(field: Pair): Uint8Array {
    const [name, value] = field;
    const all: readonly Pair[] = [
      ...STATIC_TABLE.map((entry) => [entry.name, entry.value] as const),
      ...this.#table,
    ];
    const places = (fits: (other: Pair) => boolean) =>
      all.flatMap((other, at) => fits(other) ? [at + 1] : []);
    const same = places((other) => other[0] === name && other[1] === value);
    if (same.length > 0 && !this.#draws.oneIn(4)) {
      return integer(0x80, 0x7f, same[this.#draws.below(same.length)] ?? 0);
    }
    const [bits, mask] = this.#draws.of<readonly [number, number]>([
      [0x40, 0x3f],
      [0x40, 0x3f],
      [0x10, 0x0f],
      [0x00, 0x0f],
    ]);
    const named = places((other) => other[0] === name);
    const index = this.#draws.oneIn(4)
      ? 0
      : named[this.#draws.below(named.length)] ?? 0;
    const parts = [integer(bits, mask, index)];
    if (index === 0) parts.push(this.#string(name));
    parts.push(this.#string(value));
    if (bits === 0x40) {
      this.#table.unshift(field);
      this.#evict();
    }
    return joined(...parts);
  }

  #string(text: string): Uint8Array {
    const coded = this.#draws.oneIn(2);
    const bytes = coded ? huffman(text) : latin1(text);
    return joined(integer(coded ? 0x80 : 0, 0x7f, bytes.length), bytes);
  }

  #evict(): void {
    const size = () => this.#table.reduce((sum, one) => sum + sizeOf(one), 0);
    while (size() > this.#maxSize) this.#table.pop();
  }
}
