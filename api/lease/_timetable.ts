import type { Clock } from "../../balancers/transport/mod.ts";
import { runAt } from "../waiting/mod.ts";

interface Step<Item> {
  readonly items: Set<Item>;
  readonly cancel: () => void;
}

/** Looks at items at their times. Those of one time share a timer. */
export class Timetable<Item> {
  readonly #clock: Clock;
  readonly #look: (item: Item, lateMs: number) => void;
  readonly #steps = new Map<number, Step<Item>>();
  /** The items that are looked at now. */
  #current: { readonly atMs: number; readonly items: Set<Item> } | undefined;

  /** `look` is told by how much it is late. */
  constructor(clock: Clock, look: (item: Item, lateMs: number) => void) {
    this.#clock = clock;
    this.#look = look;
  }

  /** Looks at the item at this time. */
  add(atMs: number, item: Item): void {
    (this.#steps.get(atMs) ?? this.#begin(atMs)).items.add(item);
  }

  /** Does not look at the item at this time. */
  remove(atMs: number, item: Item): void {
    if (this.#current?.atMs === atMs) this.#current.items.delete(item);
    const step = this.#steps.get(atMs);
    if (!step?.items.delete(item) || step.items.size > 0) return;
    this.#steps.delete(atMs);
    step.cancel();
  }

  #begin(atMs: number): Step<Item> {
    const items = new Set<Item>();
    const cancel = runAt(this.#clock, atMs, (lateMs) => {
      // What is added from now on is for another timer.
      this.#steps.delete(atMs);
      this.#current = { atMs, items };
      for (const item of items) this.#look(item, lateMs);
      this.#current = undefined;
    });
    const step = { items, cancel };
    this.#steps.set(atMs, step);
    return step;
  }
}
