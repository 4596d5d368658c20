import { keyAfter } from "../../api/values/mod.ts";
import {
  compare,
  type Comparison,
  type Key,
  type KeyRange,
  op,
  prefix,
  range,
} from "../../mod.ts";
import type { Terms } from "../line/mod.ts";
import { NamedKeys } from "../steps/mod.ts";

/** The keys of a double barrier: where Go's `recipe.DoubleBarrier` has them. */
export class DoubleBarrierKeys implements Terms {
  /** The name, as errors show it. */
  readonly shown: string;
  /** All that wait, or have entered and not left. */
  readonly ahead: KeyRange;
  /** The most of them that there may be. */
  readonly slots: number;
  /** Put when all are there. The last one that leaves takes it away. */
  readonly ready: Uint8Array;
  /** The start of the keys that writes are told apart by. */
  readonly lanes: Uint8Array;
  readonly #keys: NamedKeys;

  constructor(name: Key, count: number) {
    const keys = this.#keys = new NamedKeys(name);
    this.shown = keys.shown;
    // Without a slash behind it, as Go has it.
    this.ahead = prefix(keys.below("waiters"));
    this.slots = count;
    this.ready = keys.below("ready");
    this.lanes = keys.beside("writes/");
  }

  readonly newKey = (): Uint8Array =>
    this.#keys.below(`waiters/${crypto.randomUUID()}`);

  readonly departure: Terms["departure"] = ({ key, guard }) => ({
    if: [guard, ...this.#nobodyBeside(key)],
    then: [op.delete(key), op.delete(this.ready)],
    else: [op.delete(key)],
  });

  #nobodyBeside(key: Uint8Array): readonly Comparison[] {
    const { start, end } = this.ahead;
    return [range(start, key), range(keyAfter(key), end)]
      .map((others) => compare.createRevision(others, "=", 0n));
  }
}
