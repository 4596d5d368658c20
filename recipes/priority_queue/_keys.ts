import { keyAfter, keyId } from "../../api/values/mod.ts";
import {
  compare,
  type Comparison,
  type Key,
  type KeyRange,
  type KeyValue,
  op,
  prefix,
  type PutOperation,
  range,
} from "../../mod.ts";
import type { ItemKeys } from "../items/mod.ts";
import { besideOf, NamedKeys } from "../steps/mod.ts";

const PRIORITY_DIGITS = 5;
const SERIAL_DIGITS = 16;
/** Behind the last digit. */
const BEHIND_DIGITS = ":";
/** A transaction may have 128 conditions. */
const MOST_GAPS = 60;

/** The keys of a priority queue: where Go's `recipe.PriorityQueue` has them. */
export class PriorityKeys implements ItemKeys {
  readonly shown: string;
  readonly items: KeyRange;
  readonly turn: Uint8Array;
  readonly lanes: Uint8Array;
  /** That of the keys: told to sort, etcd would read all of them. */
  readonly order = {};
  /** The next one is read anew each time, as it may have come since. */
  readonly mostItems = 1;
  readonly #keys: NamedKeys;
  readonly #start: string;

  constructor(name: Key) {
    const keys = this.#keys = new NamedKeys(name);
    this.shown = keys.shown;
    this.items = prefix(keys.below(""));
    this.turn = keys.beside("turn");
    this.lanes = keys.beside("writes/");
    this.#start = keyId(keys.below(""));
  }

  /** One that has a lease, or no priority, is none. */
  isItem({ key, lease }: KeyValue): boolean {
    return lease === 0n && this.priorityOf(key) !== undefined;
  }

  isNext(
    { key }: KeyValue,
    passed: readonly Uint8Array[],
  ): readonly Comparison[] {
    const id = keyId(key);
    const before = passed.filter((one) => keyId(one) < id).slice(-MOST_GAPS);
    const starts = [this.items.start, ...before.map(keyAfter)];
    return [...before, key].flatMap((end, at) => {
      const start = starts[at] ?? end;
      return keyId(start) === keyId(end)
        ? []
        : [compare.createRevision(range(start, end), "=", 0n)];
    });
  }

  writtenWith(key: Uint8Array): readonly PutOperation[] {
    return [this.count(this.priorityOf(key) ?? 0)];
  }

  /** The priority in the key of an item; nothing if it is none. */
  priorityOf(key: Uint8Array): number | undefined {
    const rest = keyId(key).slice(this.#start.length);
    const digits = /^(\d{5})\//.exec(rest)?.[1];
    return digits === undefined ? undefined : Number(digits);
  }

  /** The items of a priority. */
  itemsOf(priority: number): KeyRange {
    const start = this.#keys.below(`${padded(priority, PRIORITY_DIGITS)}/`);
    const end = this.#keys.below(
      `${padded(priority, PRIORITY_DIGITS)}/${BEHIND_DIGITS}`,
    );
    return range(start, end);
  }

  /** The key of an item. */
  itemAt(priority: number, serial: bigint): Uint8Array {
    const [first, last] = [
      padded(priority, PRIORITY_DIGITS),
      padded(serial, SERIAL_DIGITS),
    ];
    return this.#keys.below(`${first}/${last}`);
  }

  /** The number in the key of an item. */
  serialOf(key: Uint8Array): bigint {
    const last = keyId(key).split("/").at(-1) ?? "";
    return BigInt(/^\d+/.exec(last)?.[0] ?? "0");
  }

  /**
   * Whoever puts an item of a priority writes this key as well, and puts none
   * if it was written since the last item was looked for: so no item comes
   * before an older one.
   */
  counter(priority: number): Uint8Array {
    return besideOf(this.#keys.below(padded(priority, PRIORITY_DIGITS)));
  }

  count(priority: number): PutOperation {
    return op.put(this.counter(priority), "");
  }
}

function padded(number: number | bigint, digits: number): string {
  return String(number).padStart(digits, "0");
}
