/**
 * The part that is to blame for the end of a call.
 *
 * - `none`: it succeeded, or the caller aborted it;
 * - `call`: the request itself was refused, the member is fine;
 * - `connection`: the connection was lost or never came up;
 * - `member`: the member did not answer in time, or said it cannot serve;
 * - `cluster`: the member is fine, the cluster is between leaders;
 * - `learner`: the member has no vote yet, and refuses what others serve.
 */
export type Blame =
  | "none"
  | "call"
  | "connection"
  | "member"
  | "cluster"
  | "learner";

/**
 * The rules by which a strategy repeats a failed call. They are data, so that
 * the error handler needs to know no strategy.
 *
 * Whatever they say, a write is repeated only if it was certainly not applied.
 */
export interface RetryPolicy {
  /** The most attempts of one call, the first included. */
  readonly maxAttempts: number;
  /** The wait before a repetition, in milliseconds. */
  readonly waitMs: number;
  /** The share by which the wait is varied either way, from 0 to 1. */
  readonly jitter: number;
  /**
   * The repetitions to wait before: each `attempt`, or only those after as many
   * failures as make a `quorum` of the endpoints.
   */
  readonly waitBefore: "attempt" | "quorum";
  /** The kinds of failure that are repeated. */
  readonly repeatOn: readonly ("unavailable" | "internal")[];
  /**
   * Whether to send a request again, whatever its effect, when the server has
   * certainly not looked at it. That is done once, after the first attempt. It
   * is certain of a stream above the last one of a GOAWAY, and not of one that
   * was reset with REFUSED_STREAM. @default {false}
   */
  readonly resendRefused?: boolean;
  /**
   * Whether to ask another member when one answers that it is a learner. A
   * learner has done nothing then. This goes on as long as there is a member
   * that has not said so.
   */
  readonly repeatOnLearner: boolean;
}
