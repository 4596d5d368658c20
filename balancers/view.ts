import type { TlsFault } from "../errors/specific_errors.ts";
import type { ConnectionState } from "./sub_connection.ts";
import type { Standing, StrategySnapshot } from "./strategy.ts";

/** An endpoint and its connection, as they are now. */
export interface EndpointView {
  /** The endpoint in canonical form. */
  readonly endpoint: string;
  /** The state of its connection. */
  readonly state: ConnectionState;
  /**
   * The number of calls and streams that run on the connection, or wait for a
   * stream of it.
   */
  readonly inFlight: number;
  /** Why its last dial failed, or its last connection was lost. */
  readonly lastError: string | undefined;
  /** Why TLS could not be set up, if that was it. */
  readonly tlsFault?: TlsFault;
  /** The flag of Deno that would permit to connect, if that was it. */
  readonly missingPermission?: string;
  /** The package that is not installed, if that was it. */
  readonly missingPackage?: string;
}

/** The state of a client's balancer. */
export interface BalancerSnapshot extends StrategySnapshot {
  /** The strategy's name. */
  readonly strategy: string;
  /** Each endpoint. */
  readonly endpoints: readonly EndpointView[];
  /** The number of open sockets, those that are draining included. */
  readonly connections: number;
  /** The number of connections attempted since the client was made. */
  readonly dials: number;
}

/** A change of a connection, or of the choice between connections. */
export type BalancerEvent =
  | {
    /**
     * Discriminator: the change of a connection.
     *
     * - `connecting`: the connection is being made;
     * - `ready`: it carries calls;
     * - `failed`: it could not be made, and is tried again after a while;
     * - `lost`: it no longer carries calls; `state` says whether it is being
     *   made again at once;
     * - `idle`: the strategy has no use for it now;
     * - `closed`: its endpoint was taken away, or the client closed.
     */
    readonly type:
      | "connecting"
      | "ready"
      | "failed"
      | "lost"
      | "idle"
      | "closed";
    /** The endpoint of the connection. */
    readonly endpoint: string;
    /** The state it is in now. */
    readonly state: ConnectionState;
    /** Why, if it has `failed` or is `lost`; else nothing. */
    readonly error: string | undefined;
  }
  | {
    /** Discriminator: the strategy has moved its pin, if it has one. */
    readonly type: "switch";
    /** The endpoint pinned before. */
    readonly from: string | undefined;
    /** The endpoint pinned now. */
    readonly to: string | undefined;
  }
  | {
    /** Discriminator: the strategy avoids an endpoint, or does so no more. */
    readonly type: "unhealthy" | "healthy";
    /** The endpoint. */
    readonly endpoint: string;
  }
  | {
    /** Discriminator: the trust of the strategy in an endpoint has changed. */
    readonly type: Exclude<Standing, "new">;
    /** The endpoint. */
    readonly endpoint: string;
  }
  | {
    /** Discriminator: a read was late at an endpoint, and is sent to another. */
    readonly type: "hedged";
    /** The endpoint where it is late. */
    readonly endpoint: string;
    /** The endpoint that it is sent to as well. */
    readonly to: string;
  };
