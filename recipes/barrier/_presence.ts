import type { Bytes, Comparison, LockOptions } from "../../mod.ts";
import type { HeldPlace } from "../line/mod.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { Presence } from "./types.ts";

/** Waits until those have left who entered together with one. */
export type WaitForOthers = (options: LockOptions) => Promise<void>;

/** One that has entered, in the hands of the user. */
export class EnteredPresence implements Presence {
  readonly #held: HeldPlace;
  readonly #othersLeft: WaitForOthers;
  readonly #isClosed: () => boolean;

  constructor(
    held: HeldPlace,
    { othersLeft, isClosed }: {
      readonly othersLeft: WaitForOthers;
      readonly isClosed: () => boolean;
    },
  ) {
    this.#held = held;
    this.#othersLeft = othersLeft;
    this.#isClosed = isClosed;
  }

  get key(): Bytes {
    return this.#held.key;
  }

  get revision(): bigint {
    return this.#held.revision;
  }

  get signal(): AbortSignal {
    return this.#held.signal;
  }

  get guard(): Comparison {
    return this.#held.guard;
  }

  async leave(options: LockOptions = {}): Promise<void> {
    SIGNATURES.leave.check(options);
    await this.#othersLeft(options);
  }

  toJSON(): unknown {
    return this.#held.toJSON();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed()) await this.#held.giveBack();
    else await this.leave();
  }
}
