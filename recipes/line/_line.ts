import {
  abortable,
  withDeadline,
  type WorkContext,
} from "../../api/waiting/mod.ts";
import {
  CanceledError,
  LeaseNotFoundError,
} from "../../errors/specific_errors.ts";
import type { KeyRange, Keyspace, LockOptions } from "../../mod.ts";
import { OnceWriter, SessionKeeper, type SessionSource } from "../steps/mod.ts";
import { Departures } from "./_departures.ts";
import { type HeldPlace, PROMPT_MS } from "./_held_place.ts";
import { isTaken } from "./_is_taken.ts";
import { reasonOf } from "./_loss.ts";
import { Place } from "./_place.ts";
import type { LineTexts, Terms } from "./types.ts";

/** The parts of a line. */
export interface LineParts {
  readonly ks: Keyspace;
  readonly source: SessionSource;
  /** All keys of the line. */
  readonly range: KeyRange;
  /** The start of the keys that writes are told apart by. */
  readonly lanes: Uint8Array;
  readonly texts: LineTexts;
}

/** Options of a wait for a place. */
export interface StandOptions extends LockOptions {
  /** The method that is called. */
  readonly method: string;
}

type Hold<H extends HeldPlace> = new (
  place: Place,
  onEnd: (held: HeldPlace) => void,
) => H;

/** The places that one object has in a line, and their session. */
export class Line {
  readonly ks: Keyspace;
  readonly #texts: LineTexts;
  readonly #sessions: SessionKeeper;
  readonly #departures: Departures;
  readonly #writer: OnceWriter;
  readonly #closed = new AbortController();
  readonly #held = new Set<HeldPlace>();
  /** Calls under way, and places that are still to leave the queue. */
  readonly #busy = new Set<Promise<unknown>>();
  readonly #leaving = new Set<Promise<void>>();
  #closing: Promise<void> | undefined;

  /** Sends nothing yet. */
  constructor({ ks, source, range, lanes, texts }: LineParts) {
    this.ks = ks;
    this.#texts = texts;
    this.#sessions = new SessionKeeper(ks, source);
    this.#departures = new Departures(ks, { range, thing: texts.thing });
    this.#writer = new OnceWriter(ks, lanes);
  }

  /**
   * Enters and waits, with a new session at the end of the queue if the last one
   * was lost meanwhile. Should `wait` throw, the place is left.
   */
  stand<T>(
    terms: Terms,
    wait: (place: Place, context: WorkContext) => Promise<T>,
    { method, timeoutMs = false, ...options }: StandOptions,
  ): Promise<T> {
    return this.run({ ...options, timeoutMs }, async (context) => {
      for (;;) {
        const place = await this.#enter(terms, { context, method });
        try {
          return await this.#whileAlive(place, context, wait);
        } catch (thrown) {
          this.#leave(place);
          const error = await reasonOf(thrown, { place, context });
          // Before the session knew.
          if (error instanceof LeaseNotFoundError) {
            this.#sessions.replace(place.session);
          } else if (!this.#sessions.replaces(error)) throw error;
        }
      }
    });
  }

  /** Waits until it holds a place. */
  acquire<H extends HeldPlace>(
    terms: Terms,
    hold: Hold<H>,
    options: StandOptions,
  ): Promise<H> {
    const wait = async (place: Place, context: WorkContext) => {
      await place.waitUntilHeld(context);
      return this.hold(place, hold);
    };
    return this.stand(terms, wait, options);
  }

  /** Holds a place if that is free now. */
  tryAcquire<H extends HeldPlace>(
    terms: Terms,
    hold: Hold<H>,
    { method, ...options }: StandOptions,
  ): Promise<H | undefined> {
    return this.run(options, async (context) => {
      // Mostly this tells, and leaves no trace.
      if (await isTaken(terms, { ks: this.ks, context })) return undefined;
      const place = await this.#enter(terms, { context, method });
      try {
        if (await place.isHeld(context)) return this.hold(place, hold);
      } catch (error) {
        this.#leave(place);
        throw error;
      }
      await place.leave();
      return undefined;
    });
  }

  /** Keeps a place until it is given back. */
  hold<H extends HeldPlace>(place: Place, hold: Hold<H>): H {
    const held = new hold(place, (one) => this.#held.delete(one));
    this.#held.add(held);
    return held;
  }

  /** Whether it is closed. */
  get isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  /** Does something that ends when the line is closed. */
  run<T>(
    { signal, timeoutMs = PROMPT_MS, action = this.#texts.action }:
      & LockOptions
      & {
        /** Completes "Cannot …". @default {that of the line} */
        readonly action?: string;
      },
    work: (context: WorkContext) => Promise<T>,
  ): Promise<T> {
    return this.#track(withDeadline({
      signal,
      owner: this.#closed.signal,
      timeoutMs: timeoutMs === false ? Infinity : timeoutMs,
      action: () => action,
    }, work));
  }

  /** Gives all places back, and ends all waits. Idempotent. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#closed.abort(
      new CanceledError(`Cannot ${this.#texts.closed} (canceled)`, {
        code: "canceled",
      }),
    );
    // A call that ends here may still have a place to leave.
    await Promise.allSettled(this.#busy);
    const given = [...this.#held].map((held) => held.giveBack());
    const results = await Promise.allSettled([...given, ...this.#busy]);
    await this.#departures.close();
    await this.#sessions.close();
    for (const result of results) {
      if (result.status === "rejected") throw result.reason;
    }
  }

  /** Enters the queue, with a new session if the last one has ended. */
  async #enter(
    terms: Terms,
    { context, method }: {
      readonly context: WorkContext;
      readonly method: string;
    },
  ): Promise<Place> {
    for (;;) {
      // Who comes again is not to meet itself.
      await abortable(Promise.all(this.#leaving), context.signal);
      const session = await this.#sessions.get(context);
      const place = new Place(session, {
        terms,
        ks: this.ks,
        thing: this.#texts.thing,
        departures: this.#departures,
        writer: this.#writer,
      });
      try {
        if (await place.enter(context, method)) return place;
        this.#sessions.replace(session);
      } catch (error) {
        this.#leave(place);
        throw error;
      }
      this.#leave(place);
    }
  }

  /** Waits as long as the session lives. */
  #whileAlive<T>(
    place: Place,
    outer: WorkContext,
    wait: (place: Place, context: WorkContext) => Promise<T>,
  ): Promise<T> {
    return withDeadline({
      signal: outer.signal,
      owner: place.session.signal,
      timeoutMs: Infinity,
      action: () => this.#texts.action,
    }, (context) => {
      outer.lastError = () => context.lastError();
      return wait(place, context);
    });
  }

  /** Should that fail, the key ends with its lease. */
  #leave(place: Place): void {
    const left = place.leave().catch(() => {})
      .finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
    void this.#track(left);
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#busy.add(work);
    try {
      return await work;
    } finally {
      this.#busy.delete(work);
    }
  }
}
