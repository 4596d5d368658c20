import type { Clock } from "../../balancers/transport/mod.ts";
import type { RenewalHost } from "./_renewal_host.ts";
import type { SentRequest } from "./_renewal_window.ts";
import { runAt } from "../waiting/mod.ts";
import type {
  LeaseLossReason,
  LeaseLostError,
} from "../../errors/specific_errors.ts";
import { lostError } from "./_lost.ts";
import type { LeaseState } from "./types.ts";

// A lease is given up this long before its time is over, at most.
const MARGIN_MS = 500;
// A renewal that was sent later than planned, by this share of its interval,
// was sent among many others.
const LATE_SHARE = 0.05;
// When spread, one is due again after this share of its interval, or more.
const LEAST_SHARE = 0.1;

/** A lease that somebody here relies on. */
export interface HeldLease {
  readonly id: bigint;
  readonly ttlSeconds: number;
  /** When its time began to run, by the clock. */
  readonly grantedAt: number;
}

/** What the renewal of a lease is made of. */
export interface RenewalParts {
  /** The stream it shares. */
  readonly host: RenewalHost<Renewal>;
  /** Time and randomness. */
  readonly clock: Clock;
  /** Is told why the lease cannot be relied on any more, once. */
  onLost(error: LeaseLostError): void;
}

/**
 * Knows when a lease has to be renewed and when it is lost, by a monotonic
 * clock: from the moment its last answered renewal was sent.
 */
export class Renewal {
  readonly id: bigint;
  readonly #host: RenewalHost<Renewal>;
  readonly #clock: Clock;
  readonly #onLost: (error: LeaseLostError) => void;
  #first = firstAnswer();
  #ttlMs: number;
  /** When the last answered request was sent. */
  #renewedAt: number;
  #renewedDate: Date;
  /** The newest request that was sent before it was known of. */
  readonly #lastOrderBefore: number;
  /** When it was to be renewed next. */
  #plannedAt = 0;
  #active = false;
  #answered = false;
  /** Rejected with the reason, once it is neither renewed nor lost any more. */
  #over: Promise<never> | undefined;
  #reason: Error | undefined;
  #stallMs = 0;
  #cancelDue: (() => void) | undefined;
  #cancelLoss: (() => void) | undefined;

  constructor(lease: HeldLease, { host, clock, onLost }: RenewalParts) {
    this.id = lease.id;
    this.#host = host;
    this.#clock = clock;
    this.#onLost = onLost;
    this.#ttlMs = lease.ttlSeconds * 1_000;
    this.#renewedAt = lease.grantedAt;
    this.#renewedDate = new Date(Date.now() - (clock.now() - lease.grantedAt));
    this.#lastOrderBefore = host.track(this);
    this.#watchForLoss();
  }

  /** Where it stands. */
  get state(): LeaseState {
    if (this.#reason) return { kind: "ended", reason: this.#reason };
    return this.#active ? this.#host.state : { kind: "idle" };
  }

  /** Renews from now on. */
  start(): Promise<void> {
    if (this.#over) return this.#over;
    if (!this.#active) {
      this.#active = true;
      this.#host.add(this);
      this.#due(0);
    }
    return this.#first.promise;
  }

  /** When it would be lost. */
  get lossAt(): number {
    const margin = Math.min(MARGIN_MS, this.#ttlMs / 10);
    return this.#renewedAt + this.#ttlMs - margin;
  }

  /** How long after a renewal the next one is due. */
  get intervalMs(): number {
    return this.#ttlMs / 3;
  }

  /** A stream is open, perhaps after a while without. */
  opened(): void {
    if (!this.#active) return;
    const now = this.#clock.now();
    const dueAt = this.#answered ? this.#renewedAt + this.intervalMs : now;
    this.#plannedAt = dueAt;
    // A few are renewed at once, which soon shows whether the stream answers.
    if (dueAt <= now || !this.#host.crowded) this.#due(0);
    else this.#schedule(dueAt);
  }

  /**
   * The server's answer to a request: the seconds it has now, 0 or less if it
   * is gone.
   */
  answered(ttlSeconds: number, { atMs: sentAt, order }: SentRequest): void {
    if (this.#over) return;
    // It may be for another lease of this id, which was revoked since.
    if (order <= this.#lastOrderBefore) return this.#due(0);
    if (ttlSeconds <= 0) return this.lose("expired");
    this.renewed(ttlSeconds, sentAt);
    const first = !this.#answered;
    this.#answered = true;
    this.#first.resolve();
    const { intervalMs } = this;
    const late = first || sentAt - this.#plannedAt > LATE_SHARE * intervalMs;
    this.#plannedAt = sentAt + intervalMs * this.#share(late);
    this.#schedule(this.#plannedAt);
  }

  /**
   * After which share of the interval it is due again. Many that were renewed
   * at once, as their stream was cut, would be renewed at once ever after.
   */
  #share(late: boolean): number {
    return late && this.#host.crowded
      ? LEAST_SHARE + (1 - LEAST_SHARE) * this.#clock.random()
      : 1;
  }

  /** It was renewed by a request sent at that time. */
  renewed(ttlSeconds: number, sentAt: number): void {
    if (this.#over || sentAt < this.#renewedAt) return;
    this.#ttlMs = ttlSeconds * 1_000;
    this.#renewedAt = sentAt;
    this.#renewedDate = new Date(Date.now() - (this.#clock.now() - sentAt));
    this.#stallMs = 0;
    this.#watchForLoss();
  }

  /**
   * The server does not renew leases, it seems. One that it has renewed before
   * is tried on with; else it is as if that had not been asked for.
   */
  refused(error: unknown): void {
    if (this.#over || this.#answered) return;
    this.#active = false;
    this.#cancelDue?.();
    this.#host.remove(this);
    this.#host.track(this);
    const first = this.#first;
    this.#first = firstAnswer();
    first.reject(error);
  }

  /** Why the first renewal is not answered yet. */
  get lastError(): unknown {
    return this.#host.lastError(this.#sinceMs());
  }

  /** It is lost, for this reason. */
  lose(reason: LeaseLossReason, cause?: unknown): void {
    if (this.#over) return;
    const error = lostError(reason, {
      id: this.id,
      ttlMs: this.#ttlMs,
      sinceMs: this.#sinceMs(),
      lastRenewal: this.#renewedDate,
      loopStallMs: this.#stallMs,
      cause,
    });
    this.#end(error);
    this.#onLost(error);
  }

  #end(error: Error): void {
    this.#reason = error;
    this.#first.reject(error);
    this.#over = Promise.reject(error);
    // Nobody has to wait for it: the handle's signal tells.
    this.#over.catch(() => {});
    this.#cancelDue?.();
    this.#cancelLoss?.();
    this.#host.remove(this);
  }

  #due(lateMs: number): void {
    this.#schedule(this.#host.due(this, lateMs));
  }

  #schedule(atMs: number): void {
    this.#cancelDue?.();
    // The host may have found that it is over.
    if (!this.#active || this.#over) return;
    this.#cancelDue = this.#at(atMs, (lateMs) => this.#due(lateMs));
  }

  #watchForLoss(): void {
    this.#cancelLoss?.();
    this.#cancelLoss = this.#at(
      this.lossAt,
      () => this.lose("not_renewed", this.lastError),
    );
  }

  #sinceMs(): number {
    return Math.round(this.#clock.now() - this.#renewedAt);
  }

  /** Runs a task at a time, and takes note if that is late. */
  #at(atMs: number, task: (lateMs: number) => void): () => void {
    return runAt(this.#clock, atMs, (lateMs) => {
      this.#stallMs = Math.max(this.#stallMs, lateMs);
      task(lateMs);
    });
  }
}

function firstAnswer(): PromiseWithResolvers<void> {
  const first = Promise.withResolvers<void>();
  // Nobody has to wait for it.
  first.promise.catch(() => {});
  return first;
}
