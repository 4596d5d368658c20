/** Something that a bag may hold: of one bag at a time. */
export interface Placed {
  /** The place it has there; the bag sets it. */
  place: number;
}

/**
 * Things in no order, each taken out without a search. A `Set` does that as
 * well; but one that lives long, and has much put in and taken out, makes
 * tables that V8 cannot free before it looks at all memory.
 */
export class Bag<Item extends Placed> {
  readonly #items: Item[] = [];

  /** The items, until there are others. */
  get items(): readonly Item[] {
    return this.#items;
  }

  /** Puts in what is not there. */
  add(item: Item): void {
    item.place = this.#items.push(item) - 1;
  }

  /** Takes it out; returns whether it was there. */
  remove(item: Item): boolean {
    const { place } = item;
    if (this.#items[place] !== item) return false;
    const last = this.#items.pop();
    if (last === undefined || last === item) return true;
    this.#items[place] = last;
    last.place = place;
    return true;
  }

  /** Empties it. */
  clear(): void {
    this.#items.length = 0;
  }
}
