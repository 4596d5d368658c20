/**
 * The places a table has at least: a power of two, as all its sizes are. So many
 * that a few hundred calls, which often come and go together, change nothing.
 */
const LEAST_PLACES = 1_024;
/** 2 ** 32 by the golden ratio, which spreads ids that follow each other. */
const SPREAD = 0x9e3779b1;

/**
 * Things by their ids, which are numbers of 32 bits.
 *
 * A `Map` would do, but for how V8 makes one: it is copied again and again as
 * entries come and go, and each copy refers to the next. A copy that has
 * outlived a few collections then keeps all later ones, and every call in them,
 * until the next full one: half of the memory of a busy client.
 *
 * Each has the place that its id gives, or the next that is free behind it.
 */
export class StreamTable<T extends { readonly id: number }> {
  #places: (T | undefined)[] = emptyPlaces(LEAST_PLACES);
  #shift = shiftOf(LEAST_PLACES);
  #size = 0;

  /** The number of things. */
  get size(): number {
    return this.#size;
  }

  /** The one with this id, if there is one. */
  get(id: number): T | undefined {
    return this.#places[this.#placeOf(id)];
  }

  /** Adds one, whose id no other has. */
  add(item: T): void {
    if (2 * this.#size >= this.#places.length) {
      this.#resize(2 * this.#places.length);
    }
    this.#places[this.#placeOf(item.id)] = item;
    this.#size++;
  }

  /** Takes one out, if it is there. */
  delete({ id }: T): void {
    const places = this.#places;
    const last = places.length - 1;
    let hole = this.#placeOf(id);
    if (places[hole] === undefined) return;
    // Nothing may be missing on the way to what stands behind it.
    for (let at = hole + 1 & last;; at = at + 1 & last) {
      const item = places[at];
      if (item === undefined) break;
      const way = at - this.#firstPlaceOf(item.id) & last;
      if (way < (at - hole & last)) continue;
      places[hole] = item;
      hole = at;
    }
    places[hole] = undefined;
    this.#size--;
    if (places.length > LEAST_PLACES && 8 * this.#size < places.length) {
      this.#resize(places.length / 2);
    }
  }

  /** All of them, in the order of their ids. */
  values(): readonly T[] {
    return this.#places.filter((item) => item !== undefined)
      .sort((one, other) => one.id - other.id);
  }

  /** The place of what has this id, or the one that it would have. */
  #placeOf(id: number): number {
    const places = this.#places;
    const last = places.length - 1;
    let at = this.#firstPlaceOf(id);
    for (let item = places[at]; item !== undefined; item = places[at]) {
      if (item.id === id) break;
      at = at + 1 & last;
    }
    return at;
  }

  #firstPlaceOf(id: number): number {
    return Math.imul(id, SPREAD) >>> this.#shift;
  }

  #resize(length: number): void {
    const items = this.#places;
    this.#shift = shiftOf(length);
    this.#places = emptyPlaces(length);
    for (const item of items) {
      if (item !== undefined) this.#places[this.#placeOf(item.id)] = item;
    }
  }
}

function emptyPlaces<T>(length: number): (T | undefined)[] {
  return new Array<T | undefined>(length).fill(undefined);
}

/** By this the highest of 32 bits become the number of a place. */
function shiftOf(length: number): number {
  return 1 + Math.clz32(length);
}
