import type { Clock } from "../../api/waiting/mod.ts";
import type { CallOptions } from "../../mod.ts";
import { ATTEMPT_MS, Backoff, isWorthRepeating } from "../steps/mod.ts";
import type { Side, Status } from "./_status.ts";

/** An answer, and whether an earlier attempt may have been applied. */
export interface PatientAnswer<T> {
  readonly answer: T;
  readonly inDoubt: boolean;
}

/** Parts of calls to one side of a mirror. */
export interface PatienceOptions {
  readonly status: Status;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Until then, a call is made once, and fails as it does. */
  hasStarted(): boolean;
}

/** Makes calls to one side until they are answered. */
export class Patience {
  readonly #side: Side;
  readonly #options: PatienceOptions;

  constructor(side: Side, options: PatienceOptions) {
    this.#side = side;
    this.#options = options;
  }

  /** Makes a call that takes effect once at most, however often it is sent. */
  async until<T>(
    call: (options: CallOptions) => Promise<T>,
  ): Promise<PatientAnswer<T>> {
    const { status, clock, signal } = this.#options;
    if (!this.#options.hasStarted()) {
      return { answer: await call({ signal }), inDoubt: false };
    }
    const backoff = new Backoff(undefined, clock);
    for (let inDoubt = false;;) {
      signal.throwIfAborted();
      try {
        const answer = await call({ signal, timeoutMs: ATTEMPT_MS });
        status.reached(this.#side);
        return { answer, inDoubt };
      } catch (error) {
        signal.throwIfAborted();
        if (!isWorthRepeating(error)) throw error;
        inDoubt ||= error.maybeCommitted;
        status.interrupted(this.#side, error);
      }
      await backoff.pause(signal);
    }
  }

  /** The items of a list; tells if it fails, and throws that. */
  async *list<T>(list: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    const { status, signal } = this.#options;
    try {
      for await (const item of list) {
        status.reached(this.#side);
        yield item;
      }
      status.reached(this.#side);
    } catch (error) {
      if (!signal.aborted && isWorthRepeating(error)) {
        status.interrupted(this.#side, error);
      }
      throw error;
    }
  }
}
