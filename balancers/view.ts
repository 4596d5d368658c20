import type { EtcdError } from "../errors/etcd_error.ts";
import type { TlsFault } from "../errors/specific_errors.ts";
import type { ConnectionState, StrategySnapshot } from "./strategy.ts";

/** One endpoint, as it is now. */
export interface EndpointView {
  /** The endpoint in canonical form. */
  readonly endpoint: string;
  /** The state of its connection. */
  readonly state: ConnectionState;
  /** How many calls and streams are running on it. */
  readonly inFlight: number;
  /** Why its last dial failed, or its last connection was lost. */
  readonly lastError: string | undefined;
  /** Why TLS could not be set up, if that was it. */
  readonly tlsFault?: TlsFault;
}

/** What a client's balancer is doing now. */
export interface BalancerSnapshot extends StrategySnapshot {
  /** The strategy's name. */
  readonly strategy: string;
  /** Each endpoint. */
  readonly endpoints: readonly EndpointView[];
  /** How many sockets are open, those that are draining included. */
  readonly connections: number;
  /** How many connections have been attempted since the client was made. */
  readonly dials: number;
}

/** A change, as told to `onEvent`. */
export type BalancerEvent =
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
    /** Discriminator: a connection has changed its state. */
    readonly type: "state";
    /** Whose. */
    readonly endpoint: string;
    /** The state it is in now. */
    readonly state: ConnectionState;
    /** Why the last dial failed, or the last connection was lost. */
    readonly error: string | undefined;
  }
  | {
    /** Discriminator: the strategy has moved its pin. */
    readonly type: "pin";
    /** The endpoint pinned before. */
    readonly from: string | undefined;
    /** The endpoint pinned now. */
    readonly to: string | undefined;
  };
