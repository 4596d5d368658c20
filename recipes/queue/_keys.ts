import { encodeBytes, keyBytes, keyId } from "../../api/values/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { type Key, type KeyRange, prefix } from "../../mod.ts";

/** The start of what is no item. Go's recipes use it in the same way. */
const BESIDE = "__";

/** The keys of a queue: items where Go's `recipe.Queue` has them. */
export class QueueKeys {
  /** The name, as errors show it. */
  readonly shown: string;
  /** The items: all keys below the name. */
  readonly items: KeyRange;
  /** The lock of those who wait for an item. */
  readonly turn: Uint8Array;
  /** The start of the keys that writes are told apart by. */
  readonly lanes: Uint8Array;
  readonly #start: Uint8Array;

  constructor(name: Key) {
    const bytes = keyBytes("name", name);
    if (keyId(bytes).startsWith(BESIDE)) {
      throw new InvalidOptionError("name", name, {
        expected:
          `without "${BESIDE}" in front, which the queue's own keys have`,
      });
    }
    this.shown = JSON.stringify(new TextDecoder().decode(bytes));
    this.#start = Uint8Array.of(...bytes, ...encodeBytes("/"));
    this.items = prefix(this.#start);
    // Not below the name: Go's queue takes for an item whatever is there.
    const beside = Uint8Array.of(...encodeBytes(BESIDE), ...this.#start);
    this.turn = Uint8Array.of(...beside, ...encodeBytes("turn"));
    this.lanes = Uint8Array.of(...beside, ...encodeBytes("writes/"));
  }

  /** A key for a new item: the time in nanoseconds, as Go has it. */
  newItem(): Uint8Array {
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
    // The clock has milliseconds: the rest keeps producers apart.
    const nanoseconds = BigInt(Date.now()) * 1_000_000n +
      BigInt(random % 1_000_000);
    return Uint8Array.of(...this.#start, ...encodeBytes(`${nanoseconds}`));
  }
}
