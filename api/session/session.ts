import { checkTimeoutMs } from "../checks/mod.ts";
import {
  type Effort,
  endingWith,
  LocalTurns,
  unlessAborted,
} from "../waiting/mod.ts";
import {
  type Key,
  keyBytes,
  keyId,
  type KeyValue,
  own,
  toBytes,
  type Value,
} from "../values/mod.ts";
import { type Lease, LeaseHandle } from "../lease/mod.ts";
import { HeldLeadership, HeldLock, type HoldParts } from "./_held_lock.ts";
import { LateCopies } from "./_delayed_duplicates.ts";
import { observeQueue } from "./_observe_queue.ts";
import { SESSION } from "./_signatures.ts";
import { Place } from "./_contender.ts";
import type { ObserveOptions } from "../lock_election/mod.ts";
import type { SessionKeys } from "./_keys.ts";
import type {
  Leadership,
  Lock,
  LockOptions,
  PromptOptions,
  Session,
  SessionOptions,
} from "./types.ts";

const DEFAULT_TTL_SECONDS = 10;
const DEFAULT_TIMEOUT_MS = 30_000;
const NO_VALUE = new Uint8Array();

/** Opens a session: grants a lease and keeps it alive. */
export async function openSession(
  keys: SessionKeys,
  given: SessionOptions = {},
): Promise<Session> {
  SESSION.session.check(given);
  const { ttlSeconds = DEFAULT_TTL_SECONDS, ...options } = given;
  const { signal, timeoutMs: own = false } = options;
  const timeoutMs = checkTimeoutMs("timeoutMs", own);
  return await endingWith({
    signal,
    timeoutMs,
    action: () => "open the session",
  }, async (effort) => {
    const lease = await keys.lease.grant(ttlSeconds, options);
    effort.maybeCommitted = true;
    try {
      if (lease instanceof LeaseHandle) effort.trouble = () => lease.trouble;
      // Without a limit, the lease's time is one: it is lost if no renewal is
      // answered.
      await unlessAborted(lease.keepAlive(), effort.signal);
    } catch (error) {
      lease.orphan();
      throw error;
    }
    return new SessionHandle(keys, lease);
  });
}

/** A session in the hands of the user. */
export class SessionHandle implements Session {
  readonly lease: Lease;
  readonly signal: AbortSignal;
  readonly #keys: SessionKeys;
  readonly #lateCopies: LateCopies;
  readonly #turns = new LocalTurns();

  constructor(keys: SessionKeys, lease: Lease) {
    this.#keys = keys;
    this.lease = lease;
    this.signal = lease.signal;
    this.#lateCopies = new LateCopies(keys, lease);
  }

  async lock(name: Key, options: LockOptions = {}): Promise<Lock> {
    const bytes = SESSION.lock.take(options, () => ownName(name));
    const parts = await this.#wait(bytes, NO_VALUE, options, "lock");
    return new HeldLock(parts);
  }

  async tryLock(
    name: Key,
    options: PromptOptions = {},
  ): Promise<Lock | undefined> {
    const bytes = SESSION.tryLock.take(options, () => ownName(name));
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const parts = await this.#within(
      { ...options, timeoutMs },
      () => `lock ${quoted(bytes)}`,
      async (effort) => {
        const id = keyId(bytes);
        if (this.#turns.taken(id)) return undefined;
        const passOn = await this.#turns.take(id, effort.signal);
        const place = this.#place(bytes);
        try {
          if (await place.enterIfFirst(NO_VALUE, effort)) {
            return this.#parts(place, passOn);
          }
        } catch (error) {
          leave(place, passOn);
          throw error;
        }
        // It has none any more, so that this does not wait.
        await place.leave();
        passOn();
        return undefined;
      },
    );
    return parts && new HeldLock(parts);
  }

  async campaign(
    name: Key,
    value: Value,
    options: LockOptions = {},
  ): Promise<Leadership> {
    const [bytes, kept] = SESSION.campaign.take(
      options,
      () => [ownName(name), own(toBytes("value", value))] as const,
    );
    return new HeldLeadership(
      await this.#wait(bytes, kept, options, "be elected in"),
    );
  }

  observe(
    name: Key,
    options: ObserveOptions = {},
  ): AsyncIterableIterator<KeyValue> {
    const bytes = SESSION.observe.take(options, () => ownName(name));
    return this.#observe(bytes, options);
  }

  async close(): Promise<void> {
    await this.lease[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#observe(name: Uint8Array, { signal }: ObserveOptions) {
    const ended = new AbortController();
    const onAbort = ({ target }: Event) =>
      ended.abort((target as AbortSignal).reason);
    const signals = [signal, this.signal];
    for (const one of signals) one?.throwIfAborted();
    for (const one of signals) one?.addEventListener("abort", onAbort);
    try {
      yield* observeQueue(this.#keys, name, ended.signal);
    } finally {
      ended.abort();
      for (const one of signals) one?.removeEventListener("abort", onAbort);
    }
  }

  /** Waits in the queue until the own place is the first. */
  async #wait(
    name: Uint8Array,
    value: Value,
    options: LockOptions,
    action: string,
  ): Promise<HoldParts> {
    const id = keyId(name);
    let behindOwn = this.#turns.taken(id);
    const what = () =>
      `${action} ${quoted(name)}${
        behindOwn ? ", which this session has or waits for" : ""
      }`;
    return await this.#within(options, what, async (effort) => {
      const passOn = await this.#turns.take(id, effort.signal);
      behindOwn = false;
      const place = this.#place(name);
      try {
        if (!await place.enter(value, effort)) await place.vigil.turn(effort);
        effort.check();
      } catch (error) {
        leave(place, passOn);
        throw error;
      }
      return this.#parts(place, passOn);
    });
  }

  #within<T>(
    { signal, timeoutMs: own = false }: LockOptions,
    action: () => string,
    work: (effort: Effort) => Promise<T>,
  ): Promise<T> {
    const timeoutMs = checkTimeoutMs("timeoutMs", own);
    const owner = this.signal;
    return endingWith({ signal, owner, timeoutMs, action }, work);
  }

  #place(name: Uint8Array): Place {
    const { lease } = this;
    const parts = { keys: this.#keys, lease, lateCopies: this.#lateCopies };
    return new Place(name, parts);
  }

  #parts(place: Place, passOn: () => void): HoldParts {
    return { place, passOn, keys: this.#keys, lease: this.lease };
  }
}

/** A name as an error shows it. */
function quoted(name: Uint8Array): string {
  return JSON.stringify(new TextDecoder().decode(name));
}

/** A copy: what is given may change before it is this session's turn. */
function ownName(name: Key): Uint8Array {
  return own(keyBytes("name", name));
}

/**
 * Leaves the queue; the next of this session has to wait for that. Should it
 * fail, the place ends with the lease.
 */
function leave(place: Place, passOn: () => void): void {
  place.leave().catch(() => {}).finally(passOn);
}
