/** A growing wait between attempts to connect. */
export interface BackoffPolicy {
  /** The first wait, in milliseconds. */
  readonly initialMs: number;
  /** The factor from one wait to the next. */
  readonly multiplier: number;
  /** The longest wait before jitter, in milliseconds. */
  readonly maxMs: number;
  /** The share by which a wait is varied either way, from 0 to 1. */
  readonly jitter: number;
}

/**
 * gRPC's own connection backoff, as every generation of Go's client has it. Go
 * does not vary the first wait. This client does, so that clients that have lost
 * the same server do not come back together.
 */
export const CONNECTION_BACKOFF: BackoffPolicy = {
  initialMs: 1_000,
  multiplier: 1.6,
  maxMs: 120_000,
  jitter: 0.2,
};

/**
 * The wait after the `failures`-th failure in a row (1 is the first).
 * `random` gives a number from 0 up to 1.
 */
export function backoffMs(
  policy: BackoffPolicy,
  failures: number,
  random: () => number,
): number {
  const base = Math.min(
    policy.initialMs * policy.multiplier ** (failures - 1),
    policy.maxMs,
  );
  return vary(base, policy.jitter, random);
}

/** `ms` varied by up to `jitter` (a share) either way. */
export function vary(
  ms: number,
  jitter: number,
  random: () => number,
): number {
  return ms * (1 + jitter * (2 * random() - 1));
}
