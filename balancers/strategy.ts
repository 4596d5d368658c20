import type { Blame, RetryPolicy } from "../errors/retry_policy.ts";

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

/**
 * The pool as a strategy sees it, and all that a strategy may do.
 *
 * The pool never calls a strategy from inside one of the strategy's own
 * calls: what `connect` and `disconnect` change is told afterwards.
 */
export interface PoolView {
  /** The connections, one for each endpoint, in the order given. */
  readonly connections: readonly SubConnection[];
  /** A monotonic clock, in milliseconds. */
  now(): number;
  /** A number from 0 up to 1. */
  random(): number;
  /**
   * Runs `task` after `ms` milliseconds, or at once if that is below zero;
   * returns what cancels it.
   */
  schedule(ms: number, task: () => void): () => void;
  /**
   * Asks the member behind a ready connection for its health
   * (`grpc.health.v1.Health/Check`) and gives the answer, or `false` after
   * `timeoutMs`; returns what cancels it. Never answers synchronously.
   */
  probe(
    connection: SubConnection,
    timeoutMs: number,
    answer: (healthy: boolean) => void,
  ): () => void;
}

/** The call that needs a connection. */
export interface PickInfo {
  /** Whether it is a single call, a stream, or a tunnel of the gateway. */
  readonly kind: "unary" | "stream" | "tunnel";
  /** The method, such as `KV.Put`. */
  readonly method: string;
  /** Which attempt of the call this is, from 1. */
  readonly attempt: number;
  /** The connections its earlier attempts went to. */
  readonly tried: readonly SubConnection[];
}

/**
 * The answer to a pick: a connection to use, which must be `ready`; that the
 * call should wait for a change; or that it should fail now.
 */
export type PickResult =
  | { readonly action: "use"; readonly connection: SubConnection }
  | { readonly action: "wait" }
  | { readonly action: "fail"; readonly error: Error };

/** The end of a call, told to the strategy. */
export interface CallOutcome {
  /** The connection it ran on. */
  readonly connection: SubConnection;
  /** The epoch that connection had when the call started. */
  readonly epoch: number;
  /** The kind the pick was made for. */
  readonly kind: PickInfo["kind"];
  /** The party that is to blame, `"none"` after a success. */
  readonly blame: Blame;
  /** The duration of the call, in milliseconds. */
  readonly durationMs: number;
}

/** The wishes of a strategy about its connections. */
export interface ConnectionPolicy {
  /**
   * Whether HTTP/2 keepalive pings apply, and the shortest interval that is
   * accepted for them, in milliseconds.
   */
  readonly pings: false | { readonly minTimeMs: number };
}

/** The state of a strategy, for people. */
export interface StrategySnapshot {
  /** The endpoint all calls go to, if the strategy pins one. */
  readonly pin: string | undefined;
  /** The endpoints it avoids, and for how long it has. */
  readonly avoided: readonly {
    /** The endpoint. */
    readonly endpoint: string;
    /** The time since the endpoint was marked, in milliseconds. */
    readonly ageMs: number;
  }[];
}

/**
 * Decides which connections there are and which one a call uses.
 *
 * Everything in it is synchronous. It does no I/O and has no timers, clock or
 * randomness of its own: those come from the {@linkcode PoolView}. It knows
 * nothing of gRPC.
 *
 * A strategy should not throw. If it does, or answers a pick with something
 * that is no answer, the calls that wait for a connection fail with a
 * `BalancerError`; if none waits, the next call fails with it. The strategy goes
 * on being used, unless it was `start` that threw: then every call fails.
 */
export interface BalancerStrategy {
  /** The name shown in errors, events and reports. */
  readonly name: string;
  /** When failed calls are repeated. */
  readonly retry: RetryPolicy;
  /** The wishes about its connections. */
  readonly connection: ConnectionPolicy;
  /** Called once, before anything else. */
  start(pool: PoolView): void;
  /** Called for each attempt of each call, again whenever a wait may end. */
  pick(info: PickInfo): PickResult;
  /** The endpoints have changed; those that left are already closed. */
  onEndpoints(): void;
  /**
   * Connections have changed; look at all, as steps may have been skipped.
   * Called again for the changes it makes itself, so it has to come to rest.
   */
  onState(): void;
  /**
   * A unary call has ended. Of streams only the one is reported that a learner
   * has refused, of calls to single members none.
   */
  onOutcome?(outcome: CallOutcome): void;
  /** The state of the strategy, for people. */
  snapshot(): StrategySnapshot;
  /** Called once, last. Its timers and probes are canceled already. */
  close(): void;
}

/** Makes a strategy, once for each client. */
export type BalancerFactory = (options: BalancerOptions) => BalancerStrategy;

/** The client's options that concern a strategy. */
export interface BalancerOptions {
  /** The time one attempt to connect may take, in milliseconds. */
  readonly dialTimeoutMs: number;
}
