import type { Histogram } from "./_histogram.ts";

export type { Bucket, Histogram } from "./_histogram.ts";

/** One endpoint, as it is now. */
export interface EndpointStatus {
  /** `host:port`. */
  readonly endpoint: string;
  /**
   * `active`: new connections may go there; `inactive`: a dial or a probe
   * failed, it is tried again; `excluded`: it leads back to the gateway.
   */
  readonly state: "active" | "inactive" | "excluded";
  /** Of its SRV record; 0 without one. */
  readonly priority: number;
  /** Of its SRV record; 0 without one. */
  readonly weight: number;
  /** Why it is not active. */
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
  /** How long the dials that succeeded took. */
  readonly dialTime: Histogram;
}

/** What a gateway is doing now. */
export interface GatewaySnapshot {
  /** Where it listens. */
  readonly address: string;
  /** `serving`: it accepts; `draining`: it waits for the last connections. */
  readonly state: "serving" | "draining" | "closed";
  /** Client connections open now, those still waiting for an endpoint too. */
  readonly open: number;
  /** Client connections accepted since the start. */
  readonly accepted: number;
  /** Those closed without having been passed on, for whatever reason. */
  readonly failed: number;
  /** The endpoints in the list now. */
  readonly endpoints: readonly EndpointStatus[];
}

/** Why a client connection was closed without being passed on. */
export type RefusalReason =
  /** No endpoint could be reached. */
  | "no_endpoint"
  /** `maxConnections` are open. */
  | "limit"
  /** It came from the gateway itself. */
  | "loop"
  /** The gateway was closed. */
  | "closing"
  /** This machine is out of descriptors, ports or memory. */
  | "local";

/** What happens in a gateway, as told to `onEvent`. */
export type GatewayEvent =
  | {
    /** Discriminator: SRV records were found. */
    readonly type: "discovered";
    /** The domain asked. */
    readonly domain: string;
    /** What they name. */
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
    /** What the record names, `target:port`. */
    readonly record: string;
    /** Why that is no endpoint, such as `its port is 0`. */
    readonly reason: string;
  }
  | {
    /** Discriminator: the TLS of discovered endpoints is about to be checked. */
    readonly type: "validating";
    /** Those that are checked. */
    readonly endpoints: readonly string[];
  }
  | {
    /** Discriminator: discovered endpoints were left out. */
    readonly type: "validation_failed";
    /** Each with its reason. */
    readonly rejected: readonly {
      /** The endpoint. */
      readonly endpoint: string;
      /** Why it is not used. */
      readonly error: string;
    }[];
  }
  | {
    /** Discriminator: discovered endpoints have passed the check. */
    readonly type: "validated";
    /** Those that are used. */
    readonly endpoints: readonly string[];
  }
  | {
    /** Discriminator: discovery failed, and the endpoints given are used. */
    readonly type: "fallback";
    /** Why. */
    readonly error: Error;
  }
  | {
    /** Discriminator: the gateway listens. */
    readonly type: "ready";
    /** Where. */
    readonly address: string;
    /** The endpoints. */
    readonly endpoints: readonly string[];
  }
  | {
    /** Discriminator: an endpoint is not tried for a while. */
    readonly type: "deactivated";
    /** Which. */
    readonly endpoint: string;
    /** Why. */
    readonly error: Error;
    /** When it is tried again, in milliseconds. */
    readonly retryMs: number;
  }
  | {
    /** Discriminator: an endpoint was tried again, and is still away. */
    readonly type: "still_inactive";
    /** Which. */
    readonly endpoint: string;
    /** Why. */
    readonly error: Error;
    /** When it is tried again, in milliseconds. */
    readonly retryMs: number;
  }
  | {
    /** Discriminator: an endpoint is back. */
    readonly type: "activated";
    /** Which. */
    readonly endpoint: string;
  }
  | {
    /** Discriminator: an endpoint leads back to the gateway. */
    readonly type: "excluded";
    /** Which. */
    readonly endpoint: string;
  }
  | {
    /** Discriminator: SRV records or members have changed. */
    readonly type: "endpoints";
    /** All, now. */
    readonly endpoints: readonly string[];
    /** Those that are new. */
    readonly added: readonly string[];
    /** Those that are gone. */
    readonly removed: readonly string[];
  }
  | {
    /**
     * Discriminator: an endpoint has left the list while it was dialled for a
     * client, who goes on to another.
     */
    readonly type: "dial_given_up";
    /** Which. */
    readonly endpoint: string;
  }
  | {
    /** Discriminator: looking for changed endpoints failed; the old ones stay. */
    readonly type: "refresh_failed";
    /** What was asked. */
    readonly source: "srv" | "members";
    /** Why. */
    readonly error: Error;
  }
  | {
    /** Discriminator: a client was closed without being passed on. */
    readonly type: "refused";
    /** Who. */
    readonly client: string;
    /** Why. */
    readonly reason: RefusalReason;
  }
  | {
    /** Discriminator: no client can be accepted for a while. */
    readonly type: "accept_failed";
    /** Why. */
    readonly error: Error;
    /** When it is tried again, in milliseconds. */
    readonly retryMs: number;
  }
  | {
    /** Discriminator: the gateway waits for its last connections. */
    readonly type: "draining";
    /** How many. */
    readonly open: number;
  };
