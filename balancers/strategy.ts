import type { RetryPolicy } from "../errors/retry_policy.ts";
import type {
  Answer,
  CallKind,
  CallOutcome,
  Inquiry,
  LateCall,
} from "./evidence.ts";
import type { SubConnection } from "./sub_connection.ts";

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
  /**
   * Puts a question to the member behind a ready connection; returns what
   * cancels it. Never answers synchronously.
   */
  ask(
    connection: SubConnection,
    inquiry: Inquiry,
    answer: (answer: Answer) => void,
  ): () => void;
  /**
   * Ends what runs on a connection and can go on elsewhere: calls that may be
   * repeated, which are, as the retry policy has it; streams of watches and
   * leases, which are opened again; tunnels of the gateway. Writes stay, and
   * so do streams that are read on demand, such as snapshots.
   */
  vacate(connection: SubConnection): void;
}

/** The call that needs a connection. */
export interface PickInfo {
  /** The kind of the call. */
  readonly kind: CallKind;
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
  | {
    readonly action: "use";
    readonly connection: SubConnection;
    /**
     * The time after which a unary call counts as late, and is told to
     * {@linkcode BalancerStrategy.onLate}, in milliseconds; `Infinity` for
     * never. A strategy that has `onLate` gives it with each of these, and no
     * other does: so a wrapper that forwards one of the two is found out.
     */
    readonly lateMs?: number;
  }
  | { readonly action: "wait" }
  | { readonly action: "fail"; readonly error: Error };

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
  /** The trust in each endpoint, of a strategy that goes by trust. */
  readonly trust?: readonly {
    /** The endpoint. */
    readonly endpoint: string;
    /** The trust in it. */
    readonly standing: Standing;
  }[];
}

/**
 * The trust of a strategy in a member:
 *
 * - `new`: connected, or not, and not yet seen to serve;
 * - `trusted`: seen to serve;
 * - `unproven`: connected, and unable to answer the question for a quorum; it
 *   is used as long as it is connected;
 * - `suspect`: something points at it; new calls avoid it until that is cleared up;
 * - `ejected`: it was silent, or refused, while others served.
 */
export type Standing = "new" | "trusted" | "unproven" | "suspect" | "ejected";

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
  /**
   * A unary call is late, see `lateMs` of {@linkcode PickResult}. With
   * `"again"` a call that may be repeated is sent a second time, where the next
   * pick says: the first answer counts, the other call is cancelled.
   */
  onLate?(call: LateCall): "wait" | "again";
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
