import type { Histogram } from "./_histogram.ts";

export type { Bucket, Histogram } from "./_histogram.ts";

/** The state and figures of an endpoint now. */
export interface EndpointStatus {
  /** The address, `host:port`. */
  readonly endpoint: string;
  /**
   * The state. `active`: new connections may go there; `inactive`: a dial or a
   * probe failed, it is tried again; `excluded`: it leads back to the gateway.
   */
  readonly state: "active" | "inactive" | "excluded";
  /** The priority of its SRV record; 0 without one. */
  readonly priority: number;
  /** The weight of its SRV record; 0 without one. */
  readonly weight: number;
  /** The reason why it is not active. */
  readonly lastError: string | undefined;
  /** Connections passed on to it now. */
  readonly open: number;
  /** Connections passed on to it since the start. */
  readonly connections: number;
  /** Dials of it that failed, on behalf of a client. */
  readonly failedDials: number;
  /** Bytes from clients to it. */
  readonly bytesToMember: number;
  /** Bytes from it to clients. */
  readonly bytesToClient: number;
  /** The times of the dials that succeeded. */
  readonly dialTime: Histogram;
}

/** The state and figures of a gateway now. */
export interface GatewaySnapshot {
  /** The address it listens on, `host:port`. */
  readonly address: string;
  /** The state. `serving`: it accepts clients; `draining`: it waits for the last. */
  readonly state: "serving" | "draining" | "closed";
  /** Client connections open now, those still waiting for an endpoint too. */
  readonly open: number;
  /** Client connections accepted since the start. */
  readonly accepted: number;
  /** Client connections closed without having been passed on. */
  readonly failed: number;
  /** The endpoints in the list now. */
  readonly endpoints: readonly EndpointStatus[];
}

/** The reason why a client connection was closed without being passed on. */
export type RefusalReason =
  /** No endpoint could be reached. */
  | "no_endpoint"
  /** `maxConnections` are open. */
  | "limit"
  /** The client was the gateway itself. */
  | "loop"
  /** The gateway was closed. */
  | "closing"
  /** This machine is out of descriptors, ports or memory. */
  | "local";

/** An event of a gateway, as `onEvent` receives it. */
export type GatewayEvent =
  | {
    /** Discriminator: SRV records were found. */
    readonly type: "discovered";
    /** The domain asked. */
    readonly domain: string;
    /** The endpoints they name. */
    readonly endpoints: readonly string[];
  }
  | {
    /**
     * Discriminator: an SRV record names no endpoint and is not used; told
     * once, as long as the record is there.
     */
    readonly type: "record_skipped";
    /** The domain asked. */
    readonly domain: string;
    /** The content of the record, `target:port`. */
    readonly record: string;
    /** The reason why that is no endpoint, such as `its port is 0`. */
    readonly reason: string;
  }
  | {
    /** Discriminator: the TLS of discovered endpoints is about to be checked. */
    readonly type: "validating";
    /** The endpoints that are checked. */
    readonly endpoints: readonly string[];
  }
  | {
    /** Discriminator: discovered endpoints were left out. */
    readonly type: "validation_failed";
    /** The endpoints left out, each with its reason. */
    readonly rejected: readonly {
      /** The endpoint. */
      readonly endpoint: string;
      /** The reason why it is not used. */
      readonly error: string;
    }[];
  }
  | {
    /** Discriminator: discovered endpoints have passed the check. */
    readonly type: "validated";
    /** The endpoints that are used. */
    readonly endpoints: readonly string[];
  }
  | {
    /** Discriminator: discovery failed, and the endpoints given are used. */
    readonly type: "fallback";
    /** The error that caused it. */
    readonly error: Error;
  }
  | {
    /** Discriminator: the gateway listens. */
    readonly type: "ready";
    /** The address it listens on. */
    readonly address: string;
    /** The endpoints. */
    readonly endpoints: readonly string[];
  }
  | {
    /** Discriminator: an endpoint is not tried for a while. */
    readonly type: "deactivated";
    /** The endpoint. */
    readonly endpoint: string;
    /** The error that caused it. */
    readonly error: Error;
    /** Milliseconds until it is tried again. */
    readonly retryMs: number;
  }
  | {
    /** Discriminator: an endpoint was tried again, and is still away. */
    readonly type: "still_inactive";
    /** The endpoint. */
    readonly endpoint: string;
    /** The error that caused it. */
    readonly error: Error;
    /** Milliseconds until it is tried again. */
    readonly retryMs: number;
  }
  | {
    /** Discriminator: an endpoint is back. */
    readonly type: "activated";
    /** The endpoint. */
    readonly endpoint: string;
  }
  | {
    /** Discriminator: an endpoint leads back to the gateway. */
    readonly type: "excluded";
    /** The endpoint. */
    readonly endpoint: string;
  }
  | {
    /** Discriminator: SRV records or members have changed. */
    readonly type: "endpoints";
    /** All endpoints now. */
    readonly endpoints: readonly string[];
    /** The endpoints that are new. */
    readonly added: readonly string[];
    /** The endpoints that are gone. */
    readonly removed: readonly string[];
  }
  | {
    /**
     * Discriminator: an endpoint has left the list while it was dialled for a
     * client, who goes on to another.
     */
    readonly type: "dial_given_up";
    /** The endpoint. */
    readonly endpoint: string;
  }
  | {
    /** Discriminator: looking for changed endpoints failed; the old ones stay. */
    readonly type: "refresh_failed";
    /** The source that was asked. */
    readonly source: "srv" | "members";
    /** The error that caused it. */
    readonly error: Error;
  }
  | {
    /** Discriminator: a client was closed without being passed on. */
    readonly type: "refused";
    /** The address of the client. */
    readonly client: string;
    /** The reason. */
    readonly reason: RefusalReason;
  }
  | {
    /** Discriminator: no client can be accepted for a while. */
    readonly type: "accept_failed";
    /** The error that caused it. */
    readonly error: Error;
    /** Milliseconds until it is tried again. */
    readonly retryMs: number;
  }
  | {
    /** Discriminator: the gateway waits for its last connections. */
    readonly type: "draining";
    /** The number of connections. */
    readonly open: number;
  };
