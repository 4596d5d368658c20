import type { ErrorCode } from "./codes.ts";
import { EtcdError, type EtcdErrorInit } from "./etcd_error.ts";

/** The client was closed before or during the call. */
export class ClientClosedError extends EtcdError {
}

/** The call's own deadline passed while it was being served. */
export class TimeoutError extends EtcdError {
}

/**
 * No member could be reached, or the connection was lost during the call. With
 * the code `deno_permission`, Deno does not permit to connect, and the message
 * names the flag. With `missing_package`, the transport is in a package that is
 * not installed, and the message names it.
 */
export class UnavailableError extends EtcdError {
}

/** Why TLS was not set up. */
export type TlsFault =
  /** The server's certificate is by an authority that is not trusted. */
  | "unknown_authority"
  /** The server's certificate is for another name or address. */
  | "wrong_name"
  /** The time of the server's certificate is over. */
  | "expired"
  /** The time of the server's certificate has not begun. */
  | "not_yet_valid"
  /** The server asks for a client certificate, and has not got one. */
  | "client_certificate_missing"
  /** The server does not accept the client's certificate. */
  | "client_certificate_refused"
  /** The server does not speak TLS. */
  | "not_tls";

/** No member could be reached, as TLS could not be set up with any. */
export class TlsError extends UnavailableError {
  /** The reason, that of the first such endpoint. */
  readonly fault: TlsFault;

  /** Makes the error; users receive it, they need not make any. */
  constructor(
    message: string,
    init: Omit<EtcdErrorInit, "code"> & { readonly fault: TlsFault },
  ) {
    super(message, { ...init, code: "tls_failed" });
    this.fault = init.fault;
  }
}

/**
 * An endpoint has answered for another cluster than the one the client is
 * connected to. It is not used any more, see `ClientOptions.endpoints`.
 */
export class ClusterMismatchError extends EtcdError {
  /** The cluster the endpoint belongs to. */
  readonly clusterId: bigint;
  /** The cluster the client is connected to. */
  readonly expectedClusterId: bigint;

  /** Makes the error; users receive it, they need not make any. */
  constructor(
    message: string,
    init: Omit<EtcdErrorInit, "code"> & {
      readonly clusterId: bigint;
      readonly expectedClusterId: bigint;
    },
  ) {
    super(message, { ...init, code: "wrong_cluster" });
    this.clusterId = init.clusterId;
    this.expectedClusterId = init.expectedClusterId;
  }
}

/** The call was canceled by the server or the connection's end. */
export class CanceledError extends EtcdError {
}

/** The member asked has no leader. */
export class NoLeaderError extends EtcdError {
}

/** The database is full: compact, defragment, then disarm the alarm. */
export class NoSpaceError extends EtcdError {
}

/**
 * The members' data differ, and the cluster takes no writes: replace those
 * that are wrong, then disarm the alarm.
 */
export class CorruptError extends EtcdError {
}

/** The lease does not exist, or has expired. */
export class LeaseNotFoundError extends EtcdError {
}

/** Why a lease is lost. */
export type LeaseLossReason =
  /** The server has ended it, or it was revoked elsewhere. */
  | "expired"
  /** No renewal was answered for so long that it may have ended. */
  | "not_renewed"
  /** This client revoked it. */
  | "revoked"
  /** `Lease.orphan` has left it to others, and it may well live on. */
  | "orphaned"
  /** The client was closed. */
  | "client_closed";

/** A lease can no longer be relied on. */
export class LeaseLostError extends EtcdError {
  /** The reason. */
  readonly reason: LeaseLossReason;
  /** When the last renewal that was answered had been sent. */
  readonly lastRenewal: Date;
  /**
   * The longest time since then that this process's event loop stood still,
   * in milliseconds: work that blocks it loses leases.
   */
  readonly loopStallMs: number;

  /** Makes the error; users receive it, they need not make any. */
  constructor(
    message: string,
    init: Omit<EtcdErrorInit, "code"> & {
      readonly reason: LeaseLossReason;
      readonly lastRenewal: Date;
      readonly loopStallMs: number;
    },
  ) {
    super(message, { ...init, code: "lease_lost" });
    this.reason = init.reason;
    this.lastRenewal = init.lastRenewal;
    this.loopStallMs = init.loopStallMs;
  }
}

/**
 * A lock, a leadership or a permit, or the place in the queue for it, is lost:
 * it was given up, its key was deleted, or its lease has ended meanwhile.
 */
export class LockLostError extends EtcdError {
}

/** User, password, token or auth state are not what the call needs. */
export class AuthError extends EtcdError {
}

/** The user may not do this to these keys. */
export class PermissionDeniedError extends EtcdError {
}

/** The revision asked for lies in the future. */
export class FutureRevisionError extends EtcdError {
}

/** The revision asked for was compacted away. */
export class CompactedError extends EtcdError {
  /** The oldest revision still there, where the server named it. */
  readonly compactRevision: bigint | undefined;

  /** Makes the error, with the server's compact revision where it is known. */
  constructor(
    message: string,
    init: EtcdErrorInit & { readonly compactRevision?: bigint },
  ) {
    super(message, init);
    this.compactRevision = init.compactRevision;
  }
}

/** The server is too old, or is no etcd server, for this call. */
export class UnsupportedError extends EtcdError {
  /** The server that the call needs, such as `etcd 3.5`. */
  readonly needs: string;

  /** Makes the error, naming what the call needs. */
  constructor(
    message: string,
    init: EtcdErrorInit & { readonly needs: string },
  ) {
    super(message, init);
    this.needs = init.needs;
  }
}

const CLASS_OF: ReadonlyMap<
  ErrorCode,
  new (message: string, init: EtcdErrorInit) => EtcdError
> = new Map([
  ["client_closed", ClientClosedError],
  ["timeout", TimeoutError],
  ["server_timeout", TimeoutError],
  ["server_deadline_exceeded", TimeoutError],
  ["unavailable", UnavailableError],
  ["connection_lost", UnavailableError],
  ["tls_failed", UnavailableError],
  ["deno_permission", UnavailableError],
  ["missing_package", UnavailableError],
  ["server_stopped", UnavailableError],
  ["leader_changed", UnavailableError],
  ["unhealthy", UnavailableError],
  ["canceled", CanceledError],
  ["server_canceled", CanceledError],
  ["watch_canceled", CanceledError],
  ["no_leader", NoLeaderError],
  ["no_space", NoSpaceError],
  ["corrupt", CorruptError],
  ["lease_not_found", LeaseNotFoundError],
  ["lock_lost", LockLostError],
  ["auth_failed", AuthError],
  ["auth_not_enabled", AuthError],
  ["invalid_auth_token", AuthError],
  ["invalid_auth_management", AuthError],
  ["auth_old_revision", AuthError],
  ["unauthenticated", AuthError],
  ["user_empty", AuthError],
  ["permission_denied", PermissionDeniedError],
  ["compacted", CompactedError],
  ["future_revision", FutureRevisionError],
]);

/** Makes the error whose class belongs to `init.code`. */
export function createError(message: string, init: EtcdErrorInit): EtcdError {
  const Class = CLASS_OF.get(init.code) ?? EtcdError;
  return new Class(message, init);
}
