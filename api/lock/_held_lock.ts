import { onAbort } from "../../balancers/transport/mod.ts";
import { LockLostError } from "../../errors/specific_errors.ts";
import { checkTimeoutMs } from "../checks/mod.ts";
import { abortable, withDeadline } from "../waiting/mod.ts";
import { lockLostError } from "./_lock_lost_error.ts";
import type { Contender } from "./_contender.ts";
import type { QueueEntry } from "./_queue_entry.ts";
import type { QueueKeys } from "./_keys.ts";
import { SIGNATURES } from "./_signatures.ts";
import { type Bytes, copyBytes, madeIn } from "../values/mod.ts";
import type { Comparison } from "../kv/mod.ts";
import type { Lease } from "../lease/mod.ts";
import type { Lock, PromptOptions } from "./types.ts";

/** The parts of a lock that is held. */
export interface HeldLockParts {
  /** The contender that is in the queue. */
  readonly contender: Contender;
  /** The contender's entry, the first one. */
  readonly entry: QueueEntry;
  /** The keys the entry is among. */
  readonly keys: QueueKeys;
  /** The lease the lock ends with. */
  readonly lease: Lease;
  /** Lets the next of this session into the queue. */
  readonly release: () => void;
}

const ACTION = "keep the lock";

/** The time of calls that do not wait for others, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/** A lock that is held, until it is lost or given back. */
export class HeldLock implements Lock {
  readonly key: Bytes;
  readonly revision: bigint;
  readonly signal: AbortSignal;
  readonly guard: Comparison;
  readonly #abort = new AbortController();
  readonly #parts: HeldLockParts;
  readonly #unlink: () => void;

  constructor(parts: HeldLockParts) {
    this.#parts = parts;
    this.key = madeIn(copyBytes(parts.entry.key), parts.keys.prefix);
    this.revision = parts.entry.revision;
    this.guard = parts.entry.guard;
    this.signal = this.#abort.signal;
    this.#unlink = onAbort(
      parts.lease.signal,
      (reason) => this.#endWithSession(reason),
    );
    if (!this.signal.aborted) this.#follow();
  }

  async unlock(options: PromptOptions = {}): Promise<void> {
    SIGNATURES.unlock.check(options);
    await this.giveUp("give the lock back", options);
  }

  toJSON(): unknown {
    return { key: this.key, revision: String(this.revision) };
  }

  /** Ends it, and waits for the server to know. */
  async giveUp(action: string, options: PromptOptions): Promise<void> {
    const { contender, lease } = this.#parts;
    const timeoutMs = checkTimeoutMs(
      "timeoutMs",
      options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    );
    // Lost with the session: it ends with the lease, or is left to others.
    if (this.signal.aborted && this.signal.reason === lease.signal.reason) {
      return;
    }
    this.#end(
      new LockLostError(`Cannot ${ACTION}: it was given up (lock_lost)`, {
        code: "lock_lost",
      }),
    );
    await withDeadline({
      signal: options.signal,
      timeoutMs,
      action: () => action,
    }, async (context) => {
      context.lastError = () => contender.lastError;
      // That goes on, whoever waits for it.
      context.maybeCommitted = true;
      const left = contender.leave().catch((error) => {
        context.maybeCommitted = false;
        throw error;
      });
      await abortable(left, context.signal);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unlock();
  }

  /** Ends the lock, for this reason, and leaves the queue. */
  #end(reason: unknown): void {
    if (this.signal.aborted) return;
    const { contender, release } = this.#parts;
    this.#unlink();
    this.#abort.abort(reason);
    // A failure is told to whoever gives it up; the lease bounds the entry.
    contender.leave().catch(() => {}).finally(release);
  }

  /** Leaves the entry to end with the lease, or to whoever takes that over. */
  #endWithSession(reason: unknown): void {
    if (this.signal.aborted) return;
    this.#abort.abort(reason);
    this.#parts.release();
  }

  /** Notices if the key is deleted by somebody else. */
  async #follow(): Promise<void> {
    const { entry } = this.#parts;
    try {
      const reason = await withDeadline({
        signal: this.signal,
        timeoutMs: Infinity,
        action: () => ACTION,
      }, (context) => entry.waitUntilDeleted(ACTION, context));
      this.#end(reason);
    } catch (error) {
      // Nobody can tell any more whether it is held.
      this.#end(lockLostError(ACTION, error));
    }
  }
}
