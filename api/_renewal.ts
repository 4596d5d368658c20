import type { Clock } from "../balancers/_clock.ts";
import {
  type LeaseLossReason,
  LeaseLostError,
} from "../errors/specific_errors.ts";
import type { LeaseState } from "./lease_types.ts";

/** Where a stream of renewals stands. */
export type RenewingState = Extract<
  LeaseState,
  { readonly kind: "connecting" | "waiting" | "live" }
>;

/** What the renewals of a lease need of the stream they share. */
export interface RenewalHost {
  /** Why nothing has come for so long, as far as that is known. */
  trouble(waitedMs: number): unknown;
  /** Where the stream stands. */
  readonly state: RenewingState;
  /** Knows of the lease from now on, renewed or not. */
  track(renewal: Renewal): void;
  /** Puts the lease on the stream. */
  add(renewal: Renewal): void;
  /** Takes it off, and forgets it. */
  remove(renewal: Renewal): void;
  /** Sends a renewal now, if the stream is open and none is unanswered. */
  send(renewal: Renewal): void;
  /** The stream has not answered in time: another one is needed. */
  reopen(): void;
}

// A lease is given up this long before its time is over, at most.
const MARGIN_MS = 500;

/**
 * Knows when a lease has to be renewed and when it is lost, by a monotonic
 * clock: from the moment its last answered renewal was sent.
 */
export class Renewal {
  readonly id: bigint;
  readonly #host: RenewalHost;
  readonly #clock: Clock;
  readonly #onLost: (error: LeaseLostError) => void;
  #first = firstAnswer();
  #ttlMs: number;
  /** When the last answered request was sent. */
  #renewedAt: number;
  #renewedDate: Date;
  /** When the request that is not answered yet was sent. */
  #sentAt: number | undefined;
  #active = false;
  #answered = false;
  /** Rejected with the reason, once it is neither renewed nor lost any more. */
  #over: Promise<never> | undefined;
  #reason: Error | undefined;
  #stallMs = 0;
  #cancelDue: (() => void) | undefined;
  #cancelLoss: (() => void) | undefined;

  constructor(
    lease: {
      readonly id: bigint;
      readonly ttlSeconds: number;
      readonly grantedAt: number;
    },
    host: RenewalHost,
    clock: Clock,
    onLost: (error: LeaseLostError) => void,
  ) {
    this.id = lease.id;
    this.#host = host;
    this.#clock = clock;
    this.#onLost = onLost;
    this.#ttlMs = lease.ttlSeconds * 1_000;
    this.#renewedAt = lease.grantedAt;
    this.#renewedDate = new Date(Date.now() - (clock.now() - lease.grantedAt));
    host.track(this);
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
      this.#due();
    }
    return this.#first.promise;
  }

  /** The stream is open, perhaps after a while without: nothing is pending. */
  opened(): void {
    this.#sentAt = undefined;
    if (this.#active) this.#due();
  }

  /** A request was written to the stream at that time. */
  sent(sentAt: number): void {
    this.#sentAt = sentAt;
  }

  /**
   * The server's answer to the request sent at that time: the seconds it has
   * now, 0 or less if it is gone.
   */
  answered(ttlSeconds: number, sentAt: number): void {
    if (this.#over) return;
    if (ttlSeconds <= 0) return this.lose("expired");
    this.#sentAt = undefined;
    this.#answered = true;
    this.renewed(ttlSeconds, sentAt);
    this.#first.resolve();
    this.#schedule(sentAt + this.#ttlMs / 3);
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
    this.#sentAt = undefined;
    this.#cancelDue?.();
    this.#host.remove(this);
    this.#host.track(this);
    const first = this.#first;
    this.#first = firstAnswer();
    first.reject(error);
  }

  /** Why the first renewal is not answered yet. */
  get trouble(): unknown {
    return this.#host.trouble(this.#sinceMs());
  }

  /** It is lost, for this reason. */
  lose(reason: LeaseLossReason, cause?: unknown): void {
    if (this.#over) return;
    const sinceMs = this.#sinceMs();
    const stall = this.#stallMs > this.#ttlMs / 3
      ? `; the event loop stood still for ${Math.round(this.#stallMs)} ms`
      : "";
    const error = new LeaseLostError(
      `Cannot keep the lease ${this.id}: ${
        TEXT.get(reason)
      }, last renewed ${sinceMs} ms ago${stall} (lease_lost)`,
      {
        reason,
        lastRenewal: this.#renewedDate,
        loopStallMs: this.#stallMs,
        cause,
      },
    );
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

  #due(): void {
    if (this.#sentAt !== undefined) {
      // Not sent again while unanswered: a silent stream is replaced.
      this.#host.reopen();
      return;
    }
    this.#host.send(this);
    this.#schedule(this.#clock.now() + this.#ttlMs / 3);
  }

  #schedule(atMs: number): void {
    this.#cancelDue?.();
    if (!this.#active) return;
    this.#cancelDue = this.#at(atMs, () => this.#due());
  }

  #watchForLoss(): void {
    this.#cancelLoss?.();
    const margin = Math.min(MARGIN_MS, this.#ttlMs / 10);
    this.#cancelLoss = this.#at(
      this.#renewedAt + this.#ttlMs - margin,
      () => this.lose("not_renewed", this.trouble),
    );
  }

  #sinceMs(): number {
    return Math.round(this.#clock.now() - this.#renewedAt);
  }

  /** Runs a task at a time, and takes note if that is late. */
  #at(atMs: number, task: () => void): () => void {
    const waitMs = Math.max(atMs - this.#clock.now(), 0);
    const dueAt = this.#clock.now() + waitMs;
    let cancel = this.#clock.schedule(Math.min(waitMs, LONGEST_MS), () => {
      if (waitMs > LONGEST_MS) {
        cancel = this.#at(atMs, task);
        return;
      }
      this.#stallMs = Math.max(this.#stallMs, this.#clock.now() - dueAt);
      task();
    });
    return () => cancel();
  }
}

// Timers cannot wait longer.
const LONGEST_MS = 2_147_483_647;

const TEXT: ReadonlyMap<LeaseLossReason, string> = new Map([
  ["expired", "it does not exist on the server"],
  ["not_renewed", "no renewal was answered in time"],
  ["revoked", "it was revoked"],
  ["orphaned", "it was orphaned, and is renewed here no more"],
  ["client_closed", "the client was closed"],
]);

function firstAnswer(): PromiseWithResolvers<void> {
  const first = Promise.withResolvers<void>();
  // Nobody has to wait for it.
  first.promise.catch(() => {});
  return first;
}
