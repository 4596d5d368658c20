import { withDeadline, type WorkContext } from "../../api/waiting/mod.ts";
import { CanceledError } from "../../errors/specific_errors.ts";
import type { Keyspace, LockOptions, PromptOptions } from "../../mod.ts";
import { OnceWriter, SessionKeeper, untilAnswered } from "../steps/mod.ts";
import { Departures } from "./_departures.ts";
import { HeldPermit, PROMPT_MS } from "./_held_permit.ts";
import type { SemaphoreKeys } from "./_keys.ts";
import { Place, type PlaceParts } from "./_place.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { Permit, Semaphore, SemaphoreOptions } from "./types.ts";

/** A semaphore in the hands of the user. */
export class SemaphoreHandle implements Semaphore {
  readonly #sessions: SessionKeeper;
  readonly #parts: PlaceParts;
  readonly #closed = new AbortController();
  readonly #permits = new Set<HeldPermit>();
  /** Calls under way, and places that are still to leave the queue. */
  readonly #busy = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(ks: Keyspace, keys: SemaphoreKeys, options: SemaphoreOptions) {
    this.#sessions = new SessionKeeper(ks, options);
    this.#parts = {
      ks,
      keys,
      limit: options.limit,
      departures: new Departures(ks, keys.permits),
      writer: new OnceWriter(ks, keys.lanes),
    };
  }

  async acquire(options: LockOptions = {}): Promise<Permit> {
    SIGNATURES.acquire.check(options);
    const { signal, timeoutMs = false } = options;
    return await this.#run({ signal, timeoutMs }, async (context) => {
      for (;;) {
        const place = await this.#enter(context, "Semaphore.acquire");
        try {
          await this.#waitOf(place, context);
          return this.#hold(place);
        } catch (error) {
          this.#leave(place);
          if (!this.#sessions.replaces(error)) throw error;
        }
      }
    });
  }

  async tryAcquire(options: PromptOptions = {}): Promise<Permit | undefined> {
    SIGNATURES.tryAcquire.check(options);
    const { signal, timeoutMs = PROMPT_MS } = options;
    return await this.#run({ signal, timeoutMs }, async (context) => {
      // Mostly this tells, and leaves no trace.
      if (await this.#isTaken(context)) return undefined;
      const place = await this.#enter(context, "Semaphore.tryAcquire");
      try {
        if (await place.isHeld(context)) return this.#hold(place);
      } catch (error) {
        this.#leave(place);
        throw error;
      }
      await place.leave();
      return undefined;
    });
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { shown } = this.#parts.keys;
    this.#closed.abort(
      new CanceledError(
        `Cannot wait for a permit of ${shown}: the semaphore is closed (canceled)`,
        { code: "canceled" },
      ),
    );
    // A call that ends here may still have a place to leave.
    await Promise.allSettled(this.#busy);
    const given = [...this.#permits].map((permit) => permit.release());
    const results = await Promise.allSettled([...given, ...this.#busy]);
    await this.#parts.departures.close();
    await this.#sessions.close();
    for (const result of results) {
      if (result.status === "rejected") throw result.reason;
    }
  }

  /** Enters the queue, with a new session if the last one has ended. */
  async #enter(context: WorkContext, method: string): Promise<Place> {
    for (;;) {
      const session = await this.#sessions.get(context);
      const place = new Place(session, this.#parts);
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

  /** Waits for its turn, as long as the session lives. */
  #waitOf(place: Place, outer: WorkContext): Promise<void> {
    return withDeadline({
      signal: outer.signal,
      owner: place.session.signal,
      timeoutMs: Infinity,
      action: () => this.#action(),
    }, (context) => {
      outer.lastError = () => context.lastError();
      return place.waitUntilHeld(context);
    });
  }

  async #isTaken(context: WorkContext): Promise<boolean> {
    const { ks, keys: { permits }, limit } = this.#parts;
    const { answer } = await untilAnswered(
      (options) => ks.range(permits, { ...options, countOnly: true }),
      context,
      { writes: false },
    );
    return answer.count >= BigInt(limit);
  }

  #hold(place: Place): Permit {
    const permit = new HeldPermit(place, (one) => this.#permits.delete(one));
    this.#permits.add(permit);
    return permit;
  }

  /** Should that fail, the key ends with its lease. */
  #leave(place: Place): void {
    void this.#track(place.leave().catch(() => {}));
  }

  #run<T>(
    { signal, timeoutMs }: {
      readonly signal: AbortSignal | undefined;
      readonly timeoutMs: number | false;
    },
    work: (context: WorkContext) => Promise<T>,
  ): Promise<T> {
    return this.#track(withDeadline({
      signal,
      owner: this.#closed.signal,
      timeoutMs: timeoutMs === false ? Infinity : timeoutMs ?? PROMPT_MS,
      action: () => this.#action(),
    }, work));
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#busy.add(work);
    try {
      return await work;
    } finally {
      this.#busy.delete(work);
    }
  }

  #action(): string {
    return `get a permit of ${this.#parts.keys.shown}`;
  }
}
