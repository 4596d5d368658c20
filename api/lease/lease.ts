import { type Clock, onAbort } from "../../balancers/transport/mod.ts";
import type { LeaseLostError } from "../../errors/specific_errors.ts";
import {
  CALL_OPTIONS,
  checkCount,
  checkLease,
  REVISION,
  Signature,
} from "../checks/mod.ts";
import { KeepAliveSession } from "./_keep_alive.ts";
import { LeaseCalls } from "./_calls.ts";
import { type HandledLease, LeaseHandle } from "./_handle.ts";
import type { Opener } from "../stream/mod.ts";
import type { Caller, CallOptions } from "../call/mod.ts";
import type { TellEvent } from "../events.ts";
import type { GrantOptions, Lease, Leases } from "./types.ts";

/** Settings of leases. */
export interface LeaseSettings {
  /** Time and randomness. */
  readonly clock: Clock;
  /** Called when a lease is lost. */
  readonly onEvent?: TellEvent | undefined;
  /** The timeout of calls that name none; `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** The stream that renews them. @default {one of their own} */
  readonly session?: KeepAliveSession;
  /** The leases that sessions have, by their ids. @default {none so far} */
  readonly claimed?: Set<bigint>;
}

const GRANT = new Signature("lease.grant", { ...CALL_OPTIONS, id: REVISION });
const ATTACH = new Signature("lease.attach", CALL_OPTIONS);
const LIST = new Signature("lease.list", CALL_OPTIONS);

/** {@linkcode Leases} over a caller and a keep-alive stream. */
export class LeaseFacet implements Leases {
  readonly #calls: LeaseCalls;
  readonly #opener: Opener;
  readonly #session: KeepAliveSession;
  readonly #settings: LeaseSettings;
  readonly #claimed: Set<bigint>;
  readonly #clock: Clock;
  readonly #onEvent: TellEvent | undefined;

  constructor(
    caller: Caller,
    opener: Opener,
    settings: LeaseSettings,
  ) {
    const { clock, timeoutMs, session, onEvent } = settings;
    this.#calls = new LeaseCalls(caller, opener, { timeoutMs });
    this.#opener = opener;
    this.#session = session ?? new KeepAliveSession(opener, clock);
    this.#settings = settings;
    this.#claimed = settings.claimed ?? new Set();
    this.#clock = clock;
    this.#onEvent = onEvent;
  }

  /** The same leases, over a caller that sees other keys. */
  over(caller: Caller): LeaseFacet {
    const session = this.#session;
    const settings = { ...this.#settings, session, claimed: this.#claimed };
    return new LeaseFacet(caller, this.#opener, settings);
  }

  /**
   * Lets a session have a lease. Returns what gives it back, or `undefined` if
   * another session of this client has it.
   */
  claim(id: bigint): (() => void) | undefined {
    if (this.#claimed.has(id)) return undefined;
    this.#claimed.add(id);
    return () => this.#claimed.delete(id);
  }

  async grant(
    ttlSeconds: number,
    options: GrantOptions = {},
  ): Promise<Lease> {
    GRANT.take(options, () => checkCount("ttlSeconds", ttlSeconds));
    const { id = 0n } = options;
    const grantedAt = this.#clock.now();
    const granted = await this.#calls.grant(ttlSeconds, id, options);
    const chosenBy = id === 0n ? "server" : "somebody";
    return this.#handle({ ...granted, grantedAt, chosenBy });
  }

  async attach(id: bigint, options: CallOptions = {}): Promise<Lease> {
    ATTACH.take(options, () => checkLease("id", id));
    const askedAt = this.#clock.now();
    const { grantedSeconds, remainingSeconds } = await this.#calls.timeToLive(
      id,
      options,
    );
    // As if it had been renewed when its remaining time began to run.
    const grantedAt = askedAt - (grantedSeconds - remainingSeconds) * 1_000;
    return this.#handle({
      id,
      ttlSeconds: grantedSeconds,
      grantedAt,
      chosenBy: "somebody",
    });
  }

  async list(options: CallOptions = {}): Promise<readonly bigint[]> {
    LIST.check(options);
    return await this.#calls.list(options);
  }

  /** Ends every renewal, as the client is closed. */
  close(): void {
    this.#session.close();
  }

  #handle(granted: HandledLease): Lease {
    const lease = new LeaseHandle(granted, {
      calls: this.#calls,
      host: this.#session,
      clock: this.#clock,
    });
    const tell = this.#onEvent;
    if (tell !== undefined) {
      onAbort(lease.signal, () => tellLoss(lease, tell));
    }
    return lease;
  }
}

function tellLoss({ id, signal }: Lease, tell: TellEvent): void {
  const { reason } = signal.reason as LeaseLostError;
  switch (reason) {
    case "revoked":
    case "orphaned":
    case "client_closed":
      return;
  }
  tell({ type: "lease_lost", lease: id, reason });
}
