import { guardedListener, untilAborted } from "../../api/waiting/mod.ts";
import type { RegistrationState } from "./types.ts";

/** The part of a registration's settings that its status needs. */
export interface StatusOptions {
  /** The key, as errors show it. */
  readonly shown: string;
  readonly onStateChange: ((state: RegistrationState) => void) | undefined;
}

/** The state of a registration, and those who wait for another one. */
export class Status {
  readonly #tell: (state: RegistrationState) => void;
  readonly #waiting = new Set<() => void>();
  #state: RegistrationState = { kind: "registering", reason: undefined };
  #epoch = 0;

  constructor({ onStateChange }: StatusOptions) {
    this.#tell = onStateChange === undefined
      ? () => {}
      : guardedListener("onStateChange", onStateChange);
  }

  get state(): RegistrationState {
    return this.#state;
  }

  /** The times that the key was put anew. */
  get epoch(): number {
    return this.#epoch;
  }

  become(state: RegistrationState): void {
    this.#state = state;
    this.#tell(state);
    this.#notify();
  }

  /** The key is there with the value that is wanted. */
  stands(): void {
    if (this.#state.kind === "registered") this.#notify();
    else this.become({ kind: "registered", epoch: ++this.#epoch });
  }

  /** The key is not there, or another's; it is going to be put. */
  isMissing(reason: () => Error): void {
    const { kind } = this.#state;
    if (kind === "registering") return;
    this.become({
      kind: "registering",
      reason: kind === "registered" ? reason() : undefined,
    });
  }

  /**
   * Waits until something holds.
   *
   * @throws {unknown} The reason of the signal, or of the end before that.
   */
  async until(
    holds: () => boolean,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    while (!holds()) {
      if (this.#state.kind === "closed") throw this.#state.reason;
      await untilAborted(signal, (resolve) => {
        this.#waiting.add(resolve);
        return () => this.#waiting.delete(resolve);
      });
    }
  }

  #notify(): void {
    for (const resolve of [...this.#waiting]) {
      this.#waiting.delete(resolve);
      resolve();
    }
  }
}
