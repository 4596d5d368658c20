import type {
  Bytes,
  Key,
  KeyValue,
  ResponseHeader,
  Value,
} from "../values/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import type { TurnOptions } from "./lock_types.ts";

/** The proof that a lease was elected. */
export interface LeaderKey {
  /** The name of the election. */
  readonly name: Bytes;
  /** The key that exists as long as the leadership lasts. */
  readonly key: Bytes;
  /** The revision that created the key: higher for each later leader. */
  readonly revision: bigint;
  /** The id of the lease that the leadership ends with. */
  readonly lease: bigint;
}

/** An elected leader that the server keeps for a lease. */
export interface CampaignResult {
  /** The answering member's header. */
  readonly header: ResponseHeader;
  /** The leader; `proclaim` and `resign` take it. */
  readonly leader: LeaderKey;
}

/** Options of {@linkcode ElectionService.observe}. */
export interface ObserveOptions {
  /** Ends the iteration with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The election service of the server.
 *
 * {@linkcode Session.campaign} is the better choice unless something else
 * needs this service. A session's wait survives the loss of a connection, and
 * its signal tells when the leadership is lost. Both take part in the same
 * elections, as do `etcdctl elect` and Go's client. But to the server every key
 * below a name is a candidate: the leader of `svc/eu` may be that of `svc`.
 *
 * @example
 * ```ts
 * import type { Client } from "@etcdeno/client";
 *
 * async function lead(client: Client): Promise<void> {
 *   await using lease = await client.lease.grant(30);
 *   await lease.keepAlive();
 *   const { leader } = await client.election.campaign("svc", "a", { lease });
 *   await client.election.proclaim(leader, "b");
 *   await client.election.resign(leader);
 * }
 * ```
 */
export interface ElectionService {
  /**
   * Waits to be elected, without a time limit unless `timeoutMs` is given. A
   * lease that leads already proclaims the value.
   *
   * When the call is aborted or out of time, the server leaves the queue. When
   * the connection is lost, the error has `maybeCommitted`: the lease may be
   * elected, or the member may be about to withdraw it. To be sure, end the
   * lease, and campaign again under another one.
   *
   * The server does not renew the lease. Watch {@linkcode Lease.signal}, as
   * nothing else tells that the leadership is lost. If the lease ends during
   * the wait, the call resolves to a leader whose key does not exist.
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
   * @throws {LockLostError} If this leader does not lead any more.
   * @throws {InvalidOptionError} If the leader comes from `campaign` of another
   * keyspace, where its key is short for another one.
   */
  proclaim(
    leader: LeaderKey,
    value: Value,
    options?: CallOptions,
  ): Promise<{ readonly header: ResponseHeader }>;
  /** Reads the leader's key and value; resolves to `undefined` without one. */
  leader(name: Key, options?: CallOptions): Promise<KeyValue | undefined>;
  /**
   * Follows an election: yields the current leader, each value it proclaims,
   * and each leader after it. The iteration goes on across reconnects, without
   * yielding the same twice. Changes during a disconnection may be left out.
   */
  observe(
    name: Key,
    options?: ObserveOptions,
  ): AsyncIterableIterator<KeyValue>;
  /**
   * Gives a leadership up; without effect if it is over already.
   *
   * @throws {InvalidOptionError} If the leader is of another keyspace, as with
   * {@linkcode ElectionService.proclaim}.
   */
  resign(
    leader: LeaderKey,
    options?: CallOptions,
  ): Promise<{ readonly header: ResponseHeader }>;
}
