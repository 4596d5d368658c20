import type { Bytes, ResponseHeader } from "../values/mod.ts";
import type { CallOptions } from "../call/mod.ts";

/** Options of a grant. */
export interface GrantOptions extends CallOptions {
  /**
   * The lease's id, for programs that have to know it beforehand.
   *
   * An id may be used again, so neither its grant nor its revocation is sent a
   * second time. An error with `maybeCommitted` may mean that the request was
   * carried out, or will be, as long as a member that stands still holds it.
   * {@linkcode Leases.attach} tells whether there is such a lease.
   *
   * @default {an id of the server's choice, which it chooses only once}
   */
  readonly id?: bigint | undefined;
}

/** Options of {@linkcode Lease.timeToLive}. */
export interface TimeToLiveOptions extends CallOptions {
  /** Whether to return the keys attached to the lease. @default {false} */
  readonly keys?: boolean | undefined;
}

/** The time that a lease has left. */
export interface TimeToLive {
  /** The answering member's header. */
  readonly header: ResponseHeader;
  /** The seconds left. */
  readonly remainingSeconds: number;
  /** The seconds the lease was granted for. */
  readonly grantedSeconds: number;
  /** The keys attached to the lease, if asked for. */
  readonly keys: readonly Bytes[];
}

/** A renewal of a lease that the server has answered. */
export interface LeaseRenewal {
  /** The answering member's header, with the revision of its store. */
  readonly header: ResponseHeader;
  /** The seconds that the lease had when the server answered. */
  readonly ttlSeconds: number;
  /** The endpoint that has answered. */
  readonly endpoint: string;
}

/** Options of {@linkcode Lease.keepAlive}. */
export interface LeaseKeepAliveOptions {
  /**
   * Called with each renewal from now on, the first one included, until the
   * lease ends. What is given to a later call of `keepAlive` is called as well.
   * An error that the function throws changes nothing, and becomes a warning of
   * the process, as with the client's `onEvent`.
   */
  readonly onRenewal?: ((renewal: LeaseRenewal) => void) | undefined;
}

/** The state of a lease's renewals. */
export type LeaseState =
  /** Nothing is renewed, as `keepAlive()` was not called. */
  | { readonly kind: "idle" }
  /** The stream is being opened, for the first time or again. */
  | { readonly kind: "connecting" }
  /**
   * The stream waits for one of the `maxStreams` that the endpoint allows a
   * client at once, and gets one in its turn. Meanwhile nothing is renewed.
   */
  | {
    readonly kind: "waiting";
    readonly endpoint: string;
    readonly maxStreams: number;
  }
  /** The lease is renewed at this endpoint. */
  | { readonly kind: "live"; readonly endpoint: string }
  /** The lease is lost, revoked or orphaned. */
  | { readonly kind: "ended"; readonly reason: Error };

/**
 * A lease that was granted to, or attached by, this client.
 *
 * The client renews the lease from {@linkcode Lease.keepAlive} on, every third
 * of its time. The `signal` is aborted with a `LeaseLostError` as soon as the
 * lease can no longer be relied on: not only when the server is known to have
 * ended it, but already when the last renewal that was answered is so long ago
 * that it may have.
 *
 * @example A key that lives as long as this process
 * ```ts
 * import type { Client } from "@etcdeno/client";
 *
 * async function announce(
 *   client: Client,
 *   serve: (signal: AbortSignal) => Promise<void>,
 * ): Promise<void> {
 *   await using lease = await client.lease.grant(15);
 *   await lease.keepAlive();
 *   await client.put("svc/a", "10.0.0.7:80", { lease });
 *   await serve(lease.signal);
 * }
 * ```
 */
export interface Lease extends AsyncDisposable {
  /** The id. */
  readonly id: bigint;
  /** The seconds the lease was granted for; the server may have raised them. */
  readonly ttlSeconds: number;
  /**
   * Aborted with a `LeaseLostError` when the lease is lost, revoked or
   * orphaned, or the client is closed: when this client no longer vouches for
   * it.
   */
  readonly signal: AbortSignal;
  /** The state of the renewals. */
  readonly state: LeaseState;
  /**
   * Renews the lease from now on until it is revoked, orphaned or lost.
   * Resolves when the first renewal is answered. Idempotent.
   *
   * The member must have a leader. One that is cut off from the others ends the
   * stream, and the renewals go on at another one.
   *
   * @throws {InvalidOptionError} If an option is not acceptable.
   * @throws {LeaseLostError} If the lease is lost or orphaned before that, or
   * has been.
   * @throws {EtcdError} If the server renews no leases, with what it says. The
   * lease still has the time it was granted, and `keepAlive()` may be tried
   * again.
   */
  keepAlive(options?: LeaseKeepAliveOptions): Promise<void>;
  /**
   * Renews the lease once; resolves to the seconds it has now. The member must
   * have a leader, unless `requireLeader` is false.
   *
   * @throws {LeaseNotFoundError} If the lease does not exist any more.
   */
  keepAliveOnce(options?: CallOptions): Promise<number>;
  /**
   * Asks the server how long the lease has to live.
   *
   * @throws {LeaseNotFoundError} If the lease does not exist any more.
   */
  timeToLive(options?: TimeToLiveOptions): Promise<TimeToLive>;
  /**
   * Stops the renewals, ends the lease and deletes its keys. Leaving the scope
   * of `await using` does the same, and does not fail if the lease has ended.
   *
   * The request is repeated after a lost connection if the server chose the
   * id. If somebody else chose it, or the lease was attached, the id may have
   * been granted again meanwhile: then the error has `maybeCommitted`.
   *
   * @throws {LeaseNotFoundError} If the lease does not exist any more, as it
   * has run out or has been revoked.
   */
  revoke(options?: CallOptions): Promise<void>;
  /**
   * Stops the renewals and leaves the lease to expire, or to somebody else. The
   * lease is not revoked, and keeps its keys. Whatever relies on the lease in
   * this client ends: its signal is aborted, and with it those of its session,
   * locks and leaderships.
   */
  orphan(): void;
}

/** Grants leases and takes over existing ones. */
export interface Leases {
  /**
   * Makes a lease.
   *
   * @throws {EtcdError} With the code `lease_exists` if the id is taken,
   * `lease_ttl_too_large` if the server refuses the time.
   * @throws {UnsupportedError} If the server gives the lease another id than
   * the one asked for, as kine does.
   */
  grant(ttlSeconds: number, options?: GrantOptions): Promise<Lease>;
  /**
   * Takes over a lease that somebody else has granted.
   *
   * @throws {LeaseNotFoundError} If there is no such lease.
   */
  attach(id: bigint, options?: CallOptions): Promise<Lease>;
  /** Lists the ids of all leases. */
  list(options?: CallOptions): Promise<readonly bigint[]>;
}
