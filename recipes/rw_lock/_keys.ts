import { type Key, type KeyRange, prefix } from "../../mod.ts";
import type { Terms } from "../line/mod.ts";
import { NamedKeys } from "../steps/mod.ts";

/** The keys of a read-write lock: where Go's `recipe.RWMutex` has them. */
export class RwLockKeys {
  /** The name, as errors show it. */
  readonly shown: string;
  /** All that hold it, or wait for it. */
  readonly all: KeyRange;
  /** The start of the keys that writes are told apart by. */
  readonly lanes: Uint8Array;
  /** A reader goes by the writers before it. */
  readonly reader: Terms;
  /** A writer goes by everybody before it. */
  readonly writer: Terms;

  constructor(name: Key) {
    const keys = new NamedKeys(name);
    this.shown = keys.shown;
    this.all = prefix(keys.below(""));
    this.lanes = keys.beside("writes/");
    this.reader = {
      newKey: () => keys.below(`read/${crypto.randomUUID()}`),
      // Without a slash behind it, as Go has it.
      ahead: prefix(keys.below("write")),
      slots: 1,
    };
    this.writer = {
      newKey: () => keys.below(`write/${crypto.randomUUID()}`),
      ahead: this.all,
      slots: 1,
    };
  }
}
