/** The number of empty places at which the items that are left move up. */
const EMPTY_PLACES = 64;

/** First in, first out, at a constant cost however many there are. */
export class Fifo<T> {
  #items: T[] = [];
  #first = 0;

  /** The number of items. */
  get size(): number {
    return this.#items.length - this.#first;
  }

  /** The first one, which stays. */
  get first(): T | undefined {
    return this.#items[this.#first];
  }

  /** Adds one behind the others. */
  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes the first one, if there is one. */
  shift(): T | undefined {
    const item = this.#items[this.#first];
    if (this.size === 0) return undefined;
    this.#first++;
    if (this.#first === this.#items.length) this.clear();
    else if (
      this.#first >= EMPTY_PLACES && 2 * this.#first >= this.#items.length
    ) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  /** Takes all. */
  clear(): void {
    this.#items = [];
    this.#first = 0;
  }
}
