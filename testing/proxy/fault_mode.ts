/** Faults that a proxy makes of the connections that run through it. */
export type FaultMode =
  /** Bytes go through as they come. */
  | { readonly kind: "pass" }
  /** Existing connections were reset when the mode was set; new ones pass. */
  | { readonly kind: "reset" }
  /** Existing connections were reset; new ones are refused. */
  | { readonly kind: "refuse" }
  /** Connections stay open, every byte is read and thrown away. */
  | { readonly kind: "blackhole" }
  /** Requests arrive; every byte of the answers is thrown away. */
  | { readonly kind: "mute" }
  /** Bytes are held and delivered when the mode ends. */
  | { readonly kind: "pause" }
  /** Connections are accepted and never answered, and soon not read either. */
  | { readonly kind: "hang" }
  /** Every byte arrives `delayMs` later, in each direction, in order. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** Per connection and direction, at most so many bytes per second. */
  | { readonly kind: "throttle"; readonly bytesPerSecond: number };

/** A mode that has nothing but its name. */
export type FaultName = Exclude<FaultMode["kind"], "delay" | "throttle">;

/** The counts of a fault proxy. */
export interface ProxyStats {
  /** Connections the client side has open right now. */
  readonly open: number;
  /** Connections accepted since the last reset of the counts. */
  readonly accepted: number;
  /** The most connections open at once since the last reset of the counts. */
  readonly openMax: number;
  /** Bytes read from the clients' side since the last reset of the counts. */
  readonly bytesFromClients: number;
  /** Bytes read from the server's side since the last reset of the counts. */
  readonly bytesFromServer: number;
  /**
   * When clients sent an HTTP/2 PING since the last reset of the counts, as
   * milliseconds since 1970 by the clock of `performance`: comparable with
   * `performance.timeOrigin + performance.now()` of any thread. Answers to the
   * server's own pings are not among them, nor is anything within TLS.
   */
  readonly pingTimesMs: readonly number[];
  /** HTTP/2 GOAWAY frames the server sent since the last reset of the counts. */
  readonly goAways: number;
}
