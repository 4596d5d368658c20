import { LockLostError } from "../../errors/specific_errors.ts";
import { checkTimeoutMs } from "../checks/mod.ts";
import { endingWith, unlessAborted } from "../waiting/mod.ts";
import { lockLost } from "./_lock_lost_error.ts";
import type { Place, QueueKeys } from "./_contender.ts";
import { SESSION } from "./_signatures.ts";
import { type Bytes, copyBytes, toBytes, type Value } from "../values/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import { type Comparison, op, type PutResult } from "../kv/mod.ts";
import type { Lease } from "../lease/mod.ts";
import type { Leadership, Lock, PromptOptions } from "./types.ts";

/** What a hold is made of. */
export interface HoldParts {
  /** The place that is the first one. */
  readonly place: Place;
  /** The keys it is among. */
  readonly keys: QueueKeys;
  /** The lease it ends with. */
  readonly lease: Lease;
  /** Lets the next of this session have its turn. */
  readonly passOn: () => void;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** A lock that is held, until it is lost or given back. */
export class HeldLock implements Lock {
  readonly key: Bytes;
  readonly revision: bigint;
  readonly signal: AbortSignal;
  readonly guard: Comparison;
  readonly #abort = new AbortController();
  readonly #parts: HoldParts;

  constructor(parts: HoldParts) {
    this.#parts = parts;
    this.key = copyBytes(parts.place.key);
    this.revision = parts.place.revision;
    this.guard = parts.place.guard;
    this.signal = this.#abort.signal;
    const { signal } = parts.lease;
    signal.addEventListener("abort", this.#onSessionEnd);
    if (signal.aborted) this.#onSessionEnd();
    else this.#follow();
  }

  async unlock(options: PromptOptions = {}): Promise<void> {
    SESSION.unlock.check(options);
    await this.giveUp("give the lock back", options);
  }

  toJSON(): unknown {
    return { key: this.key, revision: String(this.revision) };
  }

  /** Ends it, and waits for the server to know. */
  async giveUp(action: string, options: PromptOptions): Promise<void> {
    const { place, lease } = this.#parts;
    const timeoutMs = checkTimeoutMs(
      "timeoutMs",
      options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    );
    // Lost with the session: it ends with the lease, or is left to others.
    if (this.signal.aborted && this.signal.reason === lease.signal.reason) {
      return;
    }
    this.#end(
      new LockLostError("Cannot keep the lock: it was given up (lock_lost)", {
        code: "lock_lost",
      }),
    );
    await endingWith({
      signal: options.signal,
      timeoutMs,
      action: () => action,
    }, async (effort) => {
      effort.trouble = () => place.trouble;
      // It is tried on, whoever waits for it.
      effort.maybeCommitted = true;
      const left = place.leave().catch((error) => {
        effort.maybeCommitted = false;
        throw error;
      });
      await unlessAborted(left, effort.signal);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unlock();
  }

  /** It is over, for this reason; its place is given up. */
  #end(reason: unknown): void {
    if (this.signal.aborted) return;
    const { lease, place, passOn } = this.#parts;
    lease.signal.removeEventListener("abort", this.#onSessionEnd);
    this.#abort.abort(reason);
    // A failure is told to whoever gives it up; the lease bounds the place.
    place.leave().catch(() => {}).finally(passOn);
  }

  /** Its place ends with the lease, or is left to whoever takes that over. */
  readonly #onSessionEnd = (): void => {
    const { lease, passOn } = this.#parts;
    if (this.signal.aborted) return;
    lease.signal.removeEventListener("abort", this.#onSessionEnd);
    this.#abort.abort(lease.signal.reason);
    passOn();
  };

  /** Notices if the key is deleted by somebody else. */
  async #follow(): Promise<void> {
    const action = "keep the lock";
    try {
      const lost = await endingWith({
        signal: this.signal,
        timeoutMs: Infinity,
        action: () => action,
      }, (effort) => this.#parts.place.vigil.loss(action, effort));
      this.#end(lost);
    } catch (error) {
      // Nobody can tell any more whether it is held.
      this.#end(lockLost(action, error));
    }
  }
}

/** A leadership that lasts until it is lost or given up. */
export class HeldLeadership implements Leadership {
  readonly key: Bytes;
  readonly revision: bigint;
  readonly signal: AbortSignal;
  readonly guard: Comparison;
  readonly #hold: HeldLock;
  readonly #parts: HoldParts;

  constructor(parts: HoldParts) {
    this.#parts = parts;
    this.#hold = new HeldLock(parts);
    ({
      key: this.key,
      revision: this.revision,
      signal: this.signal,
      guard: this.guard,
    } = this.#hold);
  }

  toJSON(): unknown {
    return this.#hold.toJSON();
  }

  async proclaim(
    value: Value,
    options: CallOptions = {},
  ): Promise<PutResult> {
    // Not this key and guard: who was given them may write to them.
    const { keys, lease, place } = this.#parts;
    const put = SESSION.proclaim.take(
      options,
      () => op.put(place.key, toBytes("value", value), { lease }),
    );
    const { header, succeeded, results } = await keys.kv.txn(
      { if: place.held, then: [put] },
      options,
    );
    if (!succeeded) throw lockLost("proclaim");
    // That of the operation has but a revision.
    return { ...results[0], header };
  }

  async resign(options: PromptOptions = {}): Promise<void> {
    SESSION.resign.check(options);
    await this.#hold.giveUp("resign", options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.resign();
  }
}
