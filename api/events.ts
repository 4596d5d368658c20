import type { BalancerEvent } from "../balancers/view.ts";
import type { ErrorCode } from "../errors/codes.ts";
import type { EtcdError } from "../errors/etcd_error.ts";
import type { LeaseLossReason } from "../errors/specific_errors.ts";

/**
 * Something that has happened inside a client, as told to `onEvent`: plain
 * data, without keys, values, users or tokens.
 */
export type ClientEvent =
  | BalancerEvent
  | {
    /**
     * Discriminator: the endpoints could not be looked up, by name or as
     * members, and stay what they are.
     */
    readonly type: "sync_failed";
    /** Why. */
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
    /** What the record names, `target:port`. */
    readonly record: string;
    /** Why that is no endpoint, such as `its port is 0`. */
    readonly reason: string;
  }
  | {
    /** Discriminator: an attempt has failed, and the call goes on. */
    readonly type: "retry";
    /** The method called, such as `KV.Range`. */
    readonly method: string;
    /** Where it failed. */
    readonly endpoint: string;
    /** Which attempt of the call it was, from 1. */
    readonly attempt: number;
    /** What it ended with. */
    readonly code: ErrorCode;
    /** How long it took, in milliseconds. */
    readonly durationMs: number;
  }
  | {
    /**
     * Discriminator: what has become of the client's token.
     *
     * - `fetched`: there is a new one;
     * - `not_needed`: there is none, as auth is off;
     * - `refused`: a member does not accept it any more;
     * - `failed`: a new one could not be had now.
     */
    readonly type: "token";
    /** Which of these. */
    readonly change: "fetched" | "not_needed" | "refused" | "failed";
  }
  | {
    /**
     * Discriminator: a stream (of watches, of leases, of a snapshot …) waits,
     * as the endpoint allows no more now, and gets its turn.
     */
    readonly type: "stream_waiting";
    /** Its method, such as `Watch.Watch`. */
    readonly method: string;
    /** The endpoint. */
    readonly endpoint: string;
    /** How many calls and streams it allows at once. */
    readonly maxStreams: number;
  }
  | {
    /** Discriminator: a watch goes on after its stream had ended. */
    readonly type: "watch_resumed";
    /** The endpoint it is on now. */
    readonly endpoint: string;
    /** Where it goes on: its `cursor` then. */
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
    /** Its id. */
    readonly lease: bigint;
    /** Why. */
    readonly reason: Exclude<
      LeaseLossReason,
      "revoked" | "orphaned" | "client_closed"
    >;
  };

/** Is told of events; never throws. */
export type TellEvent = (event: ClientEvent) => void;
