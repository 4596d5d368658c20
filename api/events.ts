import type { BalancerEvent } from "../balancers/view.ts";
import type { ErrorCode } from "../errors/codes.ts";
import type { EtcdError } from "../errors/etcd_error.ts";
import type { LeaseLossReason } from "../errors/specific_errors.ts";

/**
 * An event inside a client, as given to `onEvent`: plain data, without keys,
 * values, users or tokens.
 */
export type ClientEvent =
  | BalancerEvent
  | {
    /**
     * Discriminator: the endpoints could not be looked up, by name or as
     * members, and stay what they are.
     */
    readonly type: "sync_failed";
    /** The reason. */
    readonly error: EtcdError;
  }
  | {
    /**
     * Discriminator: an SRV record names no endpoint and is not used; told
     * once, as long as the record is there.
     */
    readonly type: "record_skipped";
    /** The domain that was looked up. */
    readonly domain: string;
    /** The target of the record, `target:port`. */
    readonly record: string;
    /** Why that is no endpoint, such as `its port is 0`. */
    readonly reason: string;
  }
  | {
    /** Discriminator: an attempt has failed, and the call goes on. */
    readonly type: "retry";
    /** The method called, such as `KV.Range`. */
    readonly method: string;
    /** The endpoint of that attempt. */
    readonly endpoint: string;
    /** The number of the attempt within the call, from 1. */
    readonly attempt: number;
    /** The code of the error it ended with. */
    readonly code: ErrorCode;
    /** The duration of the attempt, in milliseconds. */
    readonly durationMs: number;
  }
  | {
    /**
     * Discriminator: the client's token has changed.
     *
     * - `fetched`: there is a new one;
     * - `not_needed`: there is none, as auth is off;
     * - `refused`: a member does not accept it any more, or waits for what a
     *   restored snapshot has taken from its log;
     * - `failed`: a new one could not be fetched.
     */
    readonly type: "token";
    /** The change, one of the above. */
    readonly change: "fetched" | "not_needed" | "refused" | "failed";
  }
  | {
    /**
     * Discriminator: a stream (of watches, of leases, of a snapshot …) waits,
     * as the endpoint allows no more now, and gets its turn.
     */
    readonly type: "stream_waiting";
    /** The method of the stream, such as `Watch.Watch`. */
    readonly method: string;
    /** The endpoint. */
    readonly endpoint: string;
    /** The number of calls and streams the endpoint allows at once. */
    readonly maxStreams: number;
  }
  | {
    /** Discriminator: a watch goes on after its stream had ended. */
    readonly type: "watch_resumed";
    /** The endpoint it is on now. */
    readonly endpoint: string;
    /** The `cursor` of the watch then: the revision at which it goes on. */
    readonly cursor: bigint | undefined;
    /** Why the stream before had ended. */
    readonly code: ErrorCode;
  }
  | {
    /**
     * Discriminator: a lease can no longer be relied on, which was neither
     * revoked nor orphaned by this client, nor given up by closing it.
     */
    readonly type: "lease_lost";
    /** The lease's id. */
    readonly lease: bigint;
    /** The reason. */
    readonly reason: Exclude<
      LeaseLossReason,
      "revoked" | "orphaned" | "client_closed"
    >;
  };

/** A listener to events, which never throws. */
export type TellEvent = (event: ClientEvent) => void;
