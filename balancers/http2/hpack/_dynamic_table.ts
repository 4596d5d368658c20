/** The dynamic table of HPACK (RFC 7541, 2.3.2 and 4). */
import type { Field } from "./_static_table.ts";

/** The bytes an entry counts besides its name and value (4.1). */
const ENTRY_OVERHEAD = 32;
/** So many places of evicted entries are let go at once. */
const MOST_EVICTED = 256;

/** The size of an entry, as the table counts it (4.1). */
export function entrySize({ name, value }: Field): number {
  return name.length + value.length + ENTRY_OVERHEAD;
}

/** First in, first out; the newest entry is at 0. */
export class DynamicTable {
  #maxSize: number;
  #size = 0;
  // The oldest one is at #first, the newest one at the end.
  #entries: (Field | undefined)[] = [];
  #first = 0;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get length(): number {
    return this.#entries.length - this.#first;
  }

  get size(): number {
    return this.#size;
  }

  get maxSize(): number {
    return this.#maxSize;
  }

  at(index: number): Field | undefined {
    const at = this.#entries.length - 1 - index;
    return at < this.#first ? undefined : this.#entries[at];
  }

  /** One that is larger than the table empties it (4.4). */
  insert(field: Field): void {
    this.#entries.push(field);
    this.#size += entrySize(field);
    this.#evict();
  }

  /** Changes the maximum size (4.3). */
  resize(maxSize: number): void {
    this.#maxSize = maxSize;
    this.#evict();
  }

  #evict(): void {
    while (this.#size > this.#maxSize) {
      const oldest = this.#entries[this.#first];
      if (oldest !== undefined) this.#size -= entrySize(oldest);
      this.#entries[this.#first++] = undefined;
    }
    if (this.#first < MOST_EVICTED) return;
    this.#entries.splice(0, this.#first);
    this.#first = 0;
  }
}
