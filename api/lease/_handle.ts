import { LeaseNotFoundError } from "../../errors/specific_errors.ts";
import type { Clock } from "../../balancers/transport/mod.ts";
import type { HeldLease } from "./_held_lease.ts";
import { Renewal, type RenewalParts } from "./_renewal.ts";
import { RenewalListeners } from "./_renewal_listeners.ts";
import type { LeaseCalls, LeaseId } from "./_calls.ts";
import { CALL_OPTIONS, FLAG, FUNCTION, Signature } from "../checks/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import type {
  Lease,
  LeaseKeepAliveOptions,
  LeaseState,
  TimeToLive,
  TimeToLiveOptions,
} from "./types.ts";

const KEEP_ALIVE = new Signature("Lease.keepAlive", { onRenewal: FUNCTION });
const KEEP_ALIVE_ONCE = new Signature("Lease.keepAliveOnce", CALL_OPTIONS);
const TIME_TO_LIVE = new Signature("Lease.timeToLive", {
  ...CALL_OPTIONS,
  keys: FLAG,
});
const REVOKE = new Signature("Lease.revoke", CALL_OPTIONS);

/** A lease to make a handle for. */
export type HandledLease = LeaseId & HeldLease;

/** Parts of a handle. */
export interface HandleParts
  extends Omit<RenewalParts, "onLost" | "onRenewed"> {
  /** Makes the calls that concern the lease. */
  readonly calls: LeaseCalls;
}

/** A lease in the hands of the user. */
export class LeaseHandle implements Lease {
  readonly id: bigint;
  readonly ttlSeconds: number;
  readonly signal: AbortSignal;
  readonly #abort = new AbortController();
  readonly #listeners = new RenewalListeners();
  readonly #renewal: Renewal;
  readonly #calls: LeaseCalls;
  readonly #clock: Clock;
  readonly #chosenBy: LeaseId["chosenBy"];

  constructor(lease: HandledLease, { host, calls, clock }: HandleParts) {
    this.id = lease.id;
    this.#chosenBy = lease.chosenBy;
    this.ttlSeconds = lease.ttlSeconds;
    this.signal = this.#abort.signal;
    this.#calls = calls;
    this.#clock = clock;
    this.#renewal = new Renewal(lease, {
      host,
      clock,
      onLost: (error) => this.#abort.abort(error),
      onRenewed: (answer) => this.#listeners.tell(answer, this.state),
    });
  }

  get state(): LeaseState {
    return this.#renewal.state;
  }

  // Not `async`: nobody has to wait for what it returns, should that fail.
  keepAlive(options: LeaseKeepAliveOptions = {}): Promise<void> {
    try {
      KEEP_ALIVE.check(options);
    } catch (error) {
      return Promise.reject(error);
    }
    const { onRenewal } = options;
    if (onRenewal !== undefined) this.#listeners.add(onRenewal);
    return this.#renewal.start();
  }

  async keepAliveOnce(options: CallOptions = {}): Promise<number> {
    KEEP_ALIVE_ONCE.check(options);
    let sentAt = this.#clock.now();
    const onSend = () => sentAt = this.#clock.now();
    const ttlSeconds = await this.#whileItExists(
      this.#calls.keepAliveOnce(this.id, options, onSend),
    );
    this.#renewal.renewed(ttlSeconds, sentAt);
    return ttlSeconds;
  }

  async timeToLive(options: TimeToLiveOptions = {}): Promise<TimeToLive> {
    TIME_TO_LIVE.check(options);
    return await this.#whileItExists(this.#calls.timeToLive(this.id, options));
  }

  async revoke(options: CallOptions = {}): Promise<void> {
    REVOKE.check(options);
    // First, so that no renewal crosses the revocation.
    this.#renewal.lose("revoked");
    const { id } = this;
    await this.#calls.revoke({ id, chosenBy: this.#chosenBy }, options);
  }

  orphan(): void {
    this.#renewal.lose("orphaned");
  }

  /** The reason why the first renewal is not answered yet, if known. */
  get lastError(): unknown {
    return this.#renewal.lastError;
  }

  toJSON(): unknown {
    return { id: String(this.id), ttlSeconds: this.ttlSeconds };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A lease that is lost, revoked or orphaned is not ours to end.
    if (this.signal.aborted) return;
    try {
      await this.revoke();
    } catch (error) {
      // The lease has ended by itself, as was wanted.
      if (!(error instanceof LeaseNotFoundError)) throw error;
    }
  }

  /** Gives the lease up if the server says that there is none. */
  async #whileItExists<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof LeaseNotFoundError) {
        this.#renewal.lose("expired", error);
      }
      throw error;
    }
  }
}
