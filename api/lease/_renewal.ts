import type { Clock } from "../../balancers/transport/mod.ts";
import type { RenewalHost } from "./_renewal_host.ts";
import type { SentRequest } from "./_renewal_window.ts";
import { stepAfter, stepBefore } from "./_steps.ts";
import type {
  LeaseLossReason,
  LeaseLostError,
} from "../../errors/specific_errors.ts";
import type { LeaseKeepAliveResponse } from "../../proto/gen/messages.ts";
import { toBigInt } from "../../proto/int64.ts";
import { failed, firstAnswer } from "./_first_answer.ts";
import type { HeldLease, RenewalState } from "./_held_lease.ts";
import { lostError } from "./_lost.ts";
import type { LeaseState } from "./types.ts";

// A lease is given up this long before its time is over, at most.
const MARGIN_MS = 500;
// A renewal that was sent later than planned, by this share of its interval,
// was sent among many others.
const LATE_SHARE = 0.05;
// When spread, one is due again after this share of its interval, or more.
const LEAST_SHARE = 0.25;

/** Parts of the renewal of a lease. */
export interface RenewalParts {
  /** The stream it shares. */
  readonly host: RenewalHost<Renewal>;
  /** Time and randomness. */
  readonly clock: Clock;
  /** Called once, when the lease cannot be relied on any more. */
  onLost(error: LeaseLostError): void;
  /** Called with each answer that has renewed the lease. */
  onRenewed(answer: LeaseKeepAliveResponse): void;
}

/**
 * Renews a lease in time, and says when it is lost, by a monotonic clock: its
 * time runs from the moment when its last answered renewal was sent.
 */
export class Renewal {
  readonly id: bigint;
  readonly #host: RenewalHost<Renewal>;
  readonly #clock: Clock;
  readonly #parts: RenewalParts;
  #first = firstAnswer();
  #ttlMs: number;
  /** The time when the last answered request was sent. */
  #renewedAt: number;
  #renewedDateMs: number;
  /** The number of the newest request sent before the lease was known. */
  readonly #lastOrderBefore: number;
  /** The time when it was to be renewed next. */
  #plannedAt = 0;
  #state: RenewalState = { kind: "idle" };
  /** Whether a renewal was answered, on any stream. */
  #answered = false;
  #stallMs = 0;
  /** The times in the timetables of its host. */
  #dueLookAt = 0;
  #lossLookAt = 0;

  constructor(lease: HeldLease, parts: RenewalParts) {
    const { host, clock } = this.#parts = parts;
    this.id = lease.id;
    this.#host = host;
    this.#clock = clock;
    this.#ttlMs = lease.ttlSeconds * 1_000;
    this.#renewedAt = lease.grantedAt;
    this.#renewedDateMs = Date.now() - (clock.now() - lease.grantedAt);
    this.#lastOrderBefore = host.track(this);
    this.#watchForLoss();
  }

  /** The state of its renewals. */
  get state(): LeaseState {
    return this.#state.kind === "renewing" ? this.#host.state : this.#state;
  }

  /** Renews the lease from now on. */
  start(): Promise<void> {
    if (this.#state.kind === "ended") return failed(this.#state.reason);
    if (this.#state.kind === "idle") {
      this.#state = { kind: "renewing" };
      this.#host.add(this);
      this.#due(0);
    }
    return this.#first.promise;
  }

  /** The time when the lease would be lost. */
  get lossAt(): number {
    const margin = Math.min(MARGIN_MS, this.#ttlMs / 10);
    // To the millisecond, so that those renewed together share a timer.
    return Math.floor(this.#renewedAt + this.#ttlMs - margin);
  }

  /** The time from a renewal to the next one, in milliseconds. */
  get intervalMs(): number {
    return this.#ttlMs / 3;
  }

  /** Takes note that a stream is open, perhaps after a while without. */
  opened(): void {
    if (this.#state.kind !== "renewing") return;
    const now = this.#clock.now();
    const dueAt = this.#answered ? this.#renewedAt + this.intervalMs : now;
    // A few are renewed at once, which soon shows whether the stream answers.
    if (dueAt > now && this.#host.crowded) return this.#plan(dueAt);
    this.#plannedAt = dueAt;
    this.#due(0);
  }

  /**
   * Takes the server's answer to a request: the seconds that the lease has now,
   * 0 or less if it is gone.
   */
  answered(
    answer: LeaseKeepAliveResponse,
    { atMs: sentAt, order }: SentRequest,
  ): void {
    if (this.#state.kind === "ended") return;
    // The answer may be for another lease of this id, revoked since.
    if (order <= this.#lastOrderBefore) return this.#due(0);
    const ttlSeconds = Number(toBigInt(answer.TTL));
    if (ttlSeconds <= 0) return this.lose("expired");
    this.renewed(ttlSeconds, sentAt);
    const first = !this.#answered;
    this.#answered = true;
    this.#first.resolve();
    const { intervalMs } = this;
    const late = first || sentAt - this.#plannedAt > LATE_SHARE * intervalMs;
    this.#plan(sentAt + intervalMs * this.#share(late));
    this.#parts.onRenewed(answer);
  }

  /**
   * The share of the interval after which it is due again. Many leases that
   * were renewed at once, as their stream was cut, would be so ever after.
   */
  #share(late: boolean): number {
    return late && this.#host.crowded
      ? LEAST_SHARE + (1 - LEAST_SHARE) * this.#clock.random()
      : 1;
  }

  /** Takes note that a request sent at that time has renewed the lease. */
  renewed(ttlSeconds: number, sentAt: number): void {
    if (this.#state.kind === "ended" || sentAt < this.#renewedAt) return;
    this.#ttlMs = ttlSeconds * 1_000;
    this.#renewedAt = sentAt;
    this.#renewedDateMs = Date.now() - (this.#clock.now() - sentAt);
    this.#stallMs = 0;
    // The look that is planned finds more time, unless there is less.
    if (this.lossAt < this.#lossLookAt) this.#watchForLoss();
  }

  /**
   * Takes note that the server does not renew leases, as it seems. One that was
   * renewed before is tried on with. Else `keepAlive()` fails with that, and it
   * is as if it had not been called.
   */
  refused(error: unknown): void {
    if (this.#state.kind !== "renewing" || this.#answered) return;
    this.#state = { kind: "idle" };
    this.#host.dues.remove(this.#dueLookAt, this);
    this.#host.remove(this);
    this.#host.track(this);
    const first = this.#first;
    this.#first = firstAnswer();
    first.reject(error);
  }

  /** The reason why the first renewal is not answered yet. */
  get lastError(): unknown {
    return this.#host.lastError(this, this.#sinceMs());
  }

  /** Gives the lease up, for this reason. */
  lose(reason: LeaseLossReason, cause?: unknown): void {
    if (this.#state.kind === "ended") return;
    const error = lostError(reason, {
      id: this.id,
      ttlMs: this.#ttlMs,
      sinceMs: this.#sinceMs(),
      lastRenewal: new Date(this.#renewedDateMs),
      loopStallMs: this.#stallMs,
      cause,
    });
    this.#end(error);
    this.#parts.onLost(error);
  }

  #end(reason: Error): void {
    this.#state = { kind: "ended", reason };
    this.#first.reject(reason);
    this.#host.dues.remove(this.#dueLookAt, this);
    this.#host.losses.remove(this.#lossLookAt, this);
    this.#host.remove(this);
  }

  /** Takes note that the lease is due, by the timetable. */
  isDue(lateMs: number): void {
    this.#stallMs = Math.max(this.#stallMs, lateMs);
    this.#due(lateMs);
  }

  /** Takes note that the lease may be lost, by the timetable. */
  mayBeLost(lateMs: number): void {
    this.#stallMs = Math.max(this.#stallMs, lateMs);
    this.#watchForLoss();
  }

  /** Renews it at this time, or a little before. */
  #plan(dueAt: number): void {
    this.#plannedAt = stepBefore(dueAt, this.intervalMs);
    this.#lookAt(this.#plannedAt);
  }

  #due(lateMs: number): void {
    const lookAt = this.#host.due(this, lateMs);
    this.#lookAt(stepAfter(lookAt, this.intervalMs));
  }

  #lookAt(atMs: number): void {
    this.#host.dues.remove(this.#dueLookAt, this);
    // The host may have found that it has ended.
    if (this.#state.kind !== "renewing") return;
    this.#dueLookAt = atMs;
    this.#host.dues.add(atMs, this);
  }

  #watchForLoss(): void {
    this.#host.losses.remove(this.#lossLookAt, this);
    // The answer may have taken longer than the time it gives.
    if (this.lossAt <= this.#clock.now()) {
      return this.lose("not_renewed", this.lastError);
    }
    this.#lossLookAt = this.lossAt;
    this.#host.losses.add(this.#lossLookAt, this);
  }

  #sinceMs(): number {
    return Math.round(this.#clock.now() - this.#renewedAt);
  }
}
