import type {
  Bytes,
  CallOptions,
  Comparison,
  PutResult,
  Value,
} from "../../mod.ts";

/** A leadership, as the function that leads gets it. */
export interface Leading {
  /** The key that exists as long as the leadership lasts. */
  readonly key: Bytes;
  /**
   * The revision that created the key: higher for each later leader. A fencing
   * token for what is written elsewhere than in etcd.
   */
  readonly revision: bigint;
  /**
   * Aborted when the leadership is lost, or the loop's own signal is aborted.
   * The function should then end what it does, and return.
   */
  readonly signal: AbortSignal;
  /**
   * A condition for transactions that holds as long as the leadership lasts. At
   * no time does it hold for two functions.
   */
  readonly guard: Comparison;
  /**
   * Changes the value that others see.
   *
   * @throws {LockLostError} If the leadership is lost.
   */
  proclaim(value: Value, options?: CallOptions): Promise<PutResult>;
}

/** The state of a leader loop. */
export type LeadState =
  | {
    /** Discriminator: the loop waits to be elected. */
    readonly kind: "campaigning";
    /** The end of the leadership before, or why nobody can be asked now. */
    readonly reason: unknown;
    /** The error that the function threw, if it did. */
    readonly thrown: unknown;
  }
  | {
    /** Discriminator: the function runs. */
    readonly kind: "leading";
    /** The revision of its leadership. */
    readonly revision: bigint;
  }
  | {
    /** Discriminator: the signal is aborted; the function has not settled. */
    readonly kind: "stopping";
    /** The reason of the signal. */
    readonly reason: unknown;
  };

/** Options of {@linkcode lead}. */
export interface LeadOptions {
  /**
   * The seconds after which another can lead when this process is gone.
   *
   * @default {10}
   */
  readonly ttlSeconds?: number | undefined;
  /**
   * The time that the function has to settle after its signal, in milliseconds;
   * `false` for no limit. Then the loop ends with an error.
   *
   * @default {30000}
   */
  readonly settleTimeoutMs?: number | false | undefined;
  /**
   * Called after each change of state. An error that it throws changes nothing,
   * and becomes a warning of the process.
   */
  readonly onStateChange?: ((state: LeadState) => void) | undefined;
  /** Ends the loop: the function's signal is aborted for the same reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The present leader of a name. */
export interface PresentLeader {
  /** The key of its leadership. */
  readonly key: Bytes;
  /** The value that it has proclaimed. */
  readonly value: Bytes;
  /** The revision of its leadership: higher for each later leader. */
  readonly revision: bigint;
}

/** Options of {@linkcode leader}. */
export interface LeaderOptions {
  /** Ends the iteration, which throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The leaders of a name. The iteration gives the present leader, each value it
 * proclaims, each leader after it, and `undefined` while there is none. Those that
 * come and go in quick succession may be left out.
 */
export interface Leaders extends AsyncIterable<PresentLeader | undefined> {
  /** Reads who leads now. */
  get(options?: CallOptions): Promise<PresentLeader | undefined>;
}
