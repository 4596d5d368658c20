import type { Bytes, ResponseHeader } from "../values/mod.ts";
import type { CallOptions } from "../call/mod.ts";

/** Options of a grant. */
export interface GrantOptions extends CallOptions {
  /**
   * The lease's id, for those who have to know it beforehand. As it may be
   * used again, neither its grant nor its revocation is sent a second time: an
   * error with `maybeCommitted` may mean that it was done, or will be, as long
   * as a member that stands still holds the request.
   * {@linkcode Leases.attach} tells whether there is such a lease.
   *
   * @default {one of the server's choice, which it chooses but once}
   */
  readonly id?: bigint | undefined;
}

/** Options of a look at a lease. */
export interface TimeToLiveOptions extends CallOptions {
  /** Whether to return the keys attached to it. @default {false} */
  readonly keys?: boolean | undefined;
}

/** How long a lease has to live. */
export interface TimeToLive {
  /** The answering member's header. */
  readonly header: ResponseHeader;
  /** The seconds left. */
  readonly remainingSeconds: number;
  /** The seconds it was granted for. */
  readonly grantedSeconds: number;
  /** The keys attached to it, if asked for. */
  readonly keys: readonly Bytes[];
}

/** Where the renewals of a lease stand. */
export type LeaseState =
  /** It is not renewed, as `keepAlive()` was not called. */
  | { readonly kind: "idle" }
  /** Its stream is being opened, for the first time or again. */
  | { readonly kind: "connecting" }
  /**
   * Its stream waits for one of the `maxStreams` that the endpoint allows a
   * client at once, and gets one in its turn. Meanwhile nothing is renewed.
   */
  | {
    readonly kind: "waiting";
    readonly endpoint: string;
    readonly maxStreams: number;
  }
  /** Renewed at this endpoint. */
  | { readonly kind: "live"; readonly endpoint: string }
  /** It is lost, revoked or orphaned. */
  | { readonly kind: "ended"; readonly reason: Error };

/**
 * A lease that was granted to, or attached by, this client.
 *
 * It is renewed from {@linkcode Lease.keepAlive} on, every third of its time.
 * Its `signal` is aborted with a `LeaseLostError` as soon as the lease can no
 * longer be relied on: not when the server is known to have ended it, but
 * when the last renewal that was answered is so long ago that it may have.
 */
export interface Lease extends AsyncDisposable {
  /** The id. */
  readonly id: bigint;
  /** The seconds it was granted for, which the server may have raised. */
  readonly ttlSeconds: number;
  /**
   * Aborted with a `LeaseLostError` when the lease is lost, revoked or
   * orphaned, or the client is closed: when nothing here vouches for it any
   * more.
   */
  readonly signal: AbortSignal;
  /** Where its renewals stand. */
  readonly state: LeaseState;
  /**
   * Renews it from now on until it is revoked, orphaned or lost; resolves
   * when the first renewal is answered. Idempotent.
   *
   * @throws {LeaseLostError} If it is lost or orphaned before that, or has
   * been.
   * @throws {EtcdError} If the server renews no leases, with what it says. The
   * lease then has its first time, and may be tried again.
   */
  keepAlive(): Promise<void>;
  /**
   * Renews it once; resolves to the seconds it has now.
   *
   * @throws {LeaseNotFoundError} If it does not exist any more.
   */
  keepAliveOnce(options?: CallOptions): Promise<number>;
  /**
   * Asks the server how long it has to live.
   *
   * @throws {LeaseNotFoundError} If it does not exist any more.
   */
  timeToLive(options?: TimeToLiveOptions): Promise<TimeToLive>;
  /**
   * Ends it and deletes its keys; stops the renewals first. Leaving the scope
   * of `await using` does the same, and does not mind one that has ended.
   *
   * It is repeated after a lost connection if the server chose the id. One
   * that somebody chose, or that was attached, may have been granted again
   * meanwhile: the error then says `maybeCommitted`.
   *
   * @throws {LeaseNotFoundError} If it does not exist any more: it has run out,
   * or has been revoked.
   */
  revoke(options?: CallOptions): Promise<void>;
  /**
   * Stops the renewals and leaves it to expire, or to somebody else; it is not
   * revoked, and keeps its keys. Whatever relies on it here ends: its signal
   * is aborted, and with it a session's, its locks' and its leaderships'.
   */
  orphan(): void;
}

/** Leases. */
export interface Leases {
  /**
   * Makes a lease.
   *
   * @throws {EtcdError} With the code `lease_exists` if the id is taken,
   * `lease_ttl_too_large` if the server refuses the time.
   * @throws {UnsupportedError} If the server gives it another id than the one
   * asked for, as kine does.
   */
  grant(ttlSeconds: number, options?: GrantOptions): Promise<Lease>;
  /**
   * Takes over a lease that somebody else has granted.
   *
   * @throws {LeaseNotFoundError} If it does not exist.
   */
  attach(id: bigint, options?: CallOptions): Promise<Lease>;
  /** The ids of all leases. */
  list(options?: CallOptions): Promise<readonly bigint[]>;
}
