/** The way from a peer to its client: it cuts, and may damage. */
import { joined } from "../../../support/_joined.ts";
import type { Draws } from "../support/_pieces.ts";
import type { Said } from "./_said.ts";

/** What comes to the client at once. */
export interface Delivery {
  readonly bytes: Uint8Array;
  /** What is whole with these bytes. */
  readonly whole: readonly Said[];
}

/** Holds what is on its way. */
export class PlayedWire {
  #under: Said[] = [];
  /** How much of the first of it has come. */
  #come = 0;

  push(said: Said): void {
    this.#under.push(said);
  }

  /** Takes so many bytes, or all there are. */
  take(most: number): Delivery {
    const parts: Uint8Array[] = [];
    const whole: Said[] = [];
    for (let left = most; left > 0;) {
      const [said] = this.#under;
      if (said === undefined) break;
      const part = said.bytes.subarray(this.#come, this.#come + left);
      parts.push(part);
      left -= part.length;
      this.#come += part.length;
      if (this.#come < said.bytes.length) break;
      this.#under.shift();
      this.#come = 0;
      whole.push(said);
    }
    return { bytes: joined(...parts), whole };
  }
}

/** The bytes, changed now and then: some lost, twice, moved, or others. */
export function damaged(draws: Draws, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0 || !draws.oneIn(3)) return bytes;
  const at = draws.below(bytes.length);
  const to = at + draws.mostlySmall(bytes.length - at);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (draws.below(5)) {
    case 0:
      return bytes.with(at, draws.below(256));
    case 1:
      return joined(before, bytes.subarray(to));
    case 2:
      return joined(bytes.subarray(0, to), after);
    case 3:
      return joined(after, before);
    default:
      return joined(before, draws.bytes(12), after);
  }
}
