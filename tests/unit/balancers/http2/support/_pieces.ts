/** Ways to cut bytes, and draws that can be repeated. */
import { seededRandom } from "../../../support/_fake_clock.ts";

/** Sizes of pieces: around the head of a frame, within it, and all at once. */
export const CUTS: readonly number[] = [1, 2, 8, 9, 10, 13, 100, 1_000_000];

/** Pieces of `size` bytes, the last one of what is left. */
export function* piecesOf(
  bytes: Uint8Array,
  size: number,
): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
  }
}

/** Draws of a seed. */
export class Draws {
  /**
   * What kind of round it is: half of them are calm, without what ends a
   * connection early, and a quarter is heavy, with many bytes.
   */
  readonly mood: { readonly calm: boolean; readonly heavy: boolean };
  /** For the message of an assertion: how to see the same again. */
  readonly note: string;
  readonly #random: () => number;

  constructor(seed: number) {
    this.note = `ETCDENO_HTTP2_SEED=${seed}`;
    this.#random = seededRandom(seed);
    this.mood = { calm: this.oneIn(2), heavy: this.oneIn(4) };
  }

  /** An integer from 0 to below the limit. */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** Small numbers often, large ones now and then; below the limit. */
  mostlySmall(limit: number): number {
    return Math.floor(this.#random() ** 6 * limit);
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  /** One of them. */
  of<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** The bytes in pieces of 0 to `most` bytes. */
  *pieces(bytes: Uint8Array, most: number): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length;) {
      const size = this.below(most + 1);
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }
}

const SEED = Deno.env.get("ETCDENO_HTTP2_SEED");

/**
 * Draws for each of so many rounds. Each has a seed of its own, which its
 * `note` names; `ETCDENO_HTTP2_SEED` has that round played alone.
 */
export function* rounds(count: number): Generator<Draws> {
  if (SEED !== undefined) return yield new Draws(Number(SEED));
  const first = Math.floor(Math.random() * 2 ** 30);
  for (let round = 0; round < count; round++) yield new Draws(first + round);
}
