import type {
  Bytes,
  Key,
  KeyValue,
  ResponseHeader,
  Value,
} from "../values/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import type { TurnOptions } from "./lock_types.ts";

/** What shows that somebody was elected. */
export interface LeaderKey {
  /** The name of the election. */
  readonly name: Bytes;
  /** The key that exists as long as the leadership lasts. */
  readonly key: Bytes;
  /** The revision that created it: higher for each later leader. */
  readonly revision: bigint;
  /** The lease it ends with. */
  readonly lease: bigint;
}

/** An elected leader that the server keeps for a lease. */
export interface CampaignResult {
  /** The answering member's header. */
  readonly header: ResponseHeader;
  /** What proclaims and resigns. */
  readonly leader: LeaderKey;
}

/** Options of {@linkcode ElectionService.observe}. */
export interface ObserveOptions {
  /** Ends it with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The election service of the server.
 *
 * {@linkcode Session.campaign} is the better choice unless something else
 * needs this service: it survives the loss of a connection while it waits,
 * and tells when the leadership is lost. Both stand in the same elections, as
 * do `etcdctl elect` and Go's client. But to the server every key below a name
 * is a candidate's, and the leader of `svc/eu` may be that of `svc`.
 */
export interface ElectionService {
  /**
   * Waits to be elected. It has no time limit unless one is given. Under a
   * lease that leads already, it proclaims the value.
   *
   * When it is aborted or out of time, the server leaves the queue. When the
   * connection is lost, the error says `maybeCommitted`: it may be elected,
   * or about to be withdrawn by the member. End the lease to be sure, and
   * campaign again under another one.
   *
   * The server does not renew the lease, nor tell that it has ended meanwhile:
   * it then answers with a leader whose key does not exist. Watch over
   * {@linkcode Lease.signal}.
   *
   * @throws {LeaseNotFoundError} If there is no such lease.
   */
  campaign(
    name: Key,
    value: Value,
    options: TurnOptions,
  ): Promise<CampaignResult>;
  /**
   * Changes the value of a leader.
   *
   * @throws {LockLostError} If it does not lead any more.
   */
  proclaim(
    leader: LeaderKey,
    value: Value,
    options?: CallOptions,
  ): Promise<{ readonly header: ResponseHeader }>;
  /** The leader and its value, if there is one. */
  leader(name: Key, options?: CallOptions): Promise<KeyValue | undefined>;
  /**
   * Follows an election: the leader there is, each value it proclaims, each
   * leader after it. It goes on across reconnects, without telling the same
   * twice; what comes and goes while it is disconnected may be left out.
   */
  observe(
    name: Key,
    options?: ObserveOptions,
  ): AsyncIterableIterator<KeyValue>;
  /** Gives a leadership up; without effect if it is over already. */
  resign(
    leader: LeaderKey,
    options?: CallOptions,
  ): Promise<{ readonly header: ResponseHeader }>;
}
