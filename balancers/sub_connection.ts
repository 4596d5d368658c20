/**
 * The state of a sub-connection, describing its newest transport only.
 *
 * - `idle`: no transport, and none is being made;
 * - `connecting`: one is being made;
 * - `ready`: it carries calls (for gRPC: the server's SETTINGS have arrived);
 * - `failing`: the last attempt failed, the next one waits for its backoff;
 * - `closed`: the endpoint has left the set; final.
 */
export type ConnectionState =
  | "idle"
  | "connecting"
  | "ready"
  | "failing"
  | "closed";

/** The connection to an endpoint, as a strategy sees it. */
export interface SubConnection {
  /** The endpoint, in canonical form, such as `http://10.0.0.1:2379`. */
  readonly endpoint: string;
  /** The state of the connection now. */
  readonly state: ConnectionState;
  /**
   * A pool-wide serial number, given to each transport as it becomes ready.
   * Another number on the same connection means that it was lost in between;
   * the lowest number among the ready ones was ready first.
   */
  readonly epoch: number;
  /**
   * The number of calls and streams that run on the newest transport, or wait
   * for one of the streams that its peer allows.
   */
  readonly inFlight: number;
  /**
   * Asks for a transport. From `idle` the attempt starts at once; otherwise
   * nothing happens. A connection that was asked for is kept: a lost one is
   * made again at once, a failed attempt is repeated after its backoff.
   */
  connect(): void;
  /**
   * Gives the transport up and forgets the backoff. Calls and streams that
   * are running end by themselves; no new ones are started on it.
   */
  disconnect(): void;
}
