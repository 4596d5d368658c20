import { onAbort } from "../../balancers/transport/mod.ts";
import { checkTimeoutMs } from "../checks/mod.ts";
import { KeyedMutex, withDeadline, type WorkContext } from "../waiting/mod.ts";
import {
  type Key,
  keyBytes,
  keyId,
  type KeyValue,
  own,
  toBytes,
  type Value,
} from "../values/mod.ts";
import {
  Contender,
  DEFAULT_TIMEOUT_MS,
  DelayedDuplicates,
  entryKey,
  HeldLeadership,
  HeldLock,
  type HeldLockParts,
  type Leadership,
  type LeadershipId,
  type Lock,
  type LockOptions,
  observeQueue,
  type PromptOptions,
  type QueueEntry,
} from "../lock/mod.ts";
import { checkLeadership, quoted } from "./_leadership_id.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { Lease } from "../lease/mod.ts";
import type { ObserveOptions } from "../server_locks/mod.ts";
import type { SessionKeys } from "./_keys.ts";
import type { Session } from "./types.ts";

const NO_VALUE = new Uint8Array();

/** The purpose of a place in a queue. */
interface QueuePurpose {
  readonly name: Uint8Array;
  /** Completes "Cannot …", before the name. */
  readonly verb: string;
  /** Makes sure of the first entry, or waits for that. */
  take(contender: Contender, context: WorkContext): Promise<QueueEntry>;
}

/** A session in the hands of the user. */
export class SessionHandle implements Session {
  readonly lease: Lease;
  readonly signal: AbortSignal;
  readonly #keys: SessionKeys;
  readonly #duplicates: DelayedDuplicates;
  /** Per name, one of this session is in the queue on the server at a time. */
  readonly #mutex = new KeyedMutex();

  constructor(keys: SessionKeys, lease: Lease) {
    this.#keys = keys;
    this.lease = lease;
    this.signal = lease.signal;
    this.#duplicates = new DelayedDuplicates(keys, lease);
  }

  async lock(name: Key, options: LockOptions = {}): Promise<Lock> {
    const wait = SIGNATURES.lock.take(
      options,
      () => ({ name: ownName(name), verb: "lock", take: entering(NO_VALUE) }),
    );
    return new HeldLock(await this.#inQueue(wait, options));
  }

  async tryLock(
    name: Key,
    options: PromptOptions = {},
  ): Promise<Lock | undefined> {
    const bytes = SIGNATURES.tryLock.take(options, () => ownName(name));
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const parts = await this.#withDeadline(
      { ...options, timeoutMs },
      () => `lock ${quoted(bytes)}`,
      (context) => this.#tryLock(bytes, context),
    );
    return parts && new HeldLock(parts);
  }

  async campaign(
    name: Key,
    value: Value,
    options: LockOptions = {},
  ): Promise<Leadership> {
    const wait = SIGNATURES.campaign.take(options, () => ({
      name: ownName(name),
      verb: "be elected in",
      take: entering(own(toBytes("value", value))),
    }));
    return new HeldLeadership(await this.#inQueue(wait, options));
  }

  async resume(
    name: Key,
    leadership: LeadershipId,
    options: PromptOptions = {},
  ): Promise<Leadership> {
    const purpose = SIGNATURES.resume.take(options, () => {
      const bytes = ownName(name);
      const revision = checkLeadership(leadership, {
        key: entryKey(bytes, this.lease.id),
        prefix: this.#keys.prefix,
      });
      return {
        name: bytes,
        verb: "resume the leadership of",
        take: (contender: Contender, context: WorkContext) =>
          contender.resume(revision, context),
      };
    });
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const parts = await this.#inQueue(purpose, { ...options, timeoutMs });
    return new HeldLeadership(parts);
  }

  observe(
    name: Key,
    options: ObserveOptions = {},
  ): AsyncIterableIterator<KeyValue> {
    const bytes = SIGNATURES.observe.take(options, () => ownName(name));
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
    const signals = [signal, this.signal];
    for (const one of signals) one?.throwIfAborted();
    const unlinks = signals.map((one) =>
      onAbort(one, (reason) => ended.abort(reason))
    );
    try {
      yield* observeQueue(this.#keys, name, ended.signal);
    } finally {
      ended.abort();
      for (const unlink of unlinks) unlink();
    }
  }

  async #tryLock(
    name: Uint8Array,
    context: WorkContext,
  ): Promise<HeldLockParts | undefined> {
    const id = keyId(name);
    if (this.#mutex.isLocked(id)) return undefined;
    const release = await this.#mutex.lock(id, context.signal);
    const contender = this.#contender(name);
    try {
      const entry = await contender.enterIfFirst(NO_VALUE, context);
      if (entry) return this.#parts(contender, entry, { release });
    } catch (error) {
      leave(contender, release);
      throw error;
    }
    // It has no entry any more, so that this does not wait.
    await contender.leave();
    release();
    return undefined;
  }

  /** Holds the first entry of a queue, when no other of this session does. */
  async #inQueue(
    { name, verb, take }: QueuePurpose,
    options: LockOptions,
  ): Promise<HeldLockParts> {
    const id = keyId(name);
    let behindOwn = this.#mutex.isLocked(id);
    const action = () =>
      `${verb} ${quoted(name)}${
        behindOwn ? ", which this session itself holds or waits for" : ""
      }`;
    return await this.#withDeadline(options, action, async (context) => {
      const release = await this.#mutex.lock(id, context.signal);
      behindOwn = false;
      const contender = this.#contender(name);
      try {
        const entry = await take(contender, context);
        return this.#parts(contender, entry, { release });
      } catch (error) {
        leave(contender, release);
        throw error;
      }
    });
  }

  #withDeadline<T>(
    { signal, timeoutMs: given = false }: LockOptions,
    action: () => string,
    work: (context: WorkContext) => Promise<T>,
  ): Promise<T> {
    const timeoutMs = checkTimeoutMs("timeoutMs", given);
    const owner = this.signal;
    return withDeadline({ signal, owner, timeoutMs, action }, work);
  }

  #contender(name: Uint8Array): Contender {
    const { lease } = this;
    const parts = { keys: this.#keys, lease, duplicates: this.#duplicates };
    return new Contender(name, parts);
  }

  #parts(
    contender: Contender,
    entry: QueueEntry,
    { release }: Pick<HeldLockParts, "release">,
  ): HeldLockParts {
    const { lease } = this;
    return { contender, entry, release, keys: this.#keys, lease };
  }
}

/** Enters a queue with a value, and waits until its entry is the first. */
function entering(value: Uint8Array): QueuePurpose["take"] {
  return async (contender, context) => {
    const { entry, isFirst } = await contender.enter(value, context);
    if (!isFirst) await entry.waitUntilFirst(context);
    context.throwIfEnded();
    return entry;
  };
}

/** A copy: what is given may change before the queue is entered. */
function ownName(name: Key): Uint8Array {
  return own(keyBytes("name", name));
}

/**
 * Leaves the queue; the next of this session has to wait for that. Should it
 * fail, the entry ends with the lease.
 */
function leave(contender: Contender, release: () => void): void {
  contender.leave().catch(() => {}).finally(release);
}
