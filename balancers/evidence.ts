import type { Blame } from "../errors/retry_policy.ts";
import type { SubConnection } from "./sub_connection.ts";

/** A single call, a stream, or a tunnel of the gateway. */
export type CallKind = "unary" | "stream" | "tunnel";

/**
 * A question to a member:
 *
 * - `quorum`: a linearizable read of one key, which takes a leader and a
 *   majority. Pings and `grpc.health.v1.Health/Check` are answered by a member
 *   without its peers as ever; this is not;
 * - `leader`: whether the member is the leader, as it sees it.
 */
export type Question = "quorum" | "leader";

/**
 * The answer to a question:
 *
 * - `yes`;
 * - `no`: not in time, or not while things are as they are;
 * - `unknown`: the member does not answer such questions, whatever its health,
 *   such as a server that knows no `KV.Range`. A refusal for lack of a user is
 *   a `yes` to `quorum`: etcd looks at the user after the read;
 * - `no evidence`: the question may have been held up here, by the limit of
 *   streams on the connection or by an event loop that stood still.
 */
export type Answer = "yes" | "no" | "unknown" | "no evidence";

/** A question that is put to a member, and the time it may take. */
export interface Inquiry {
  /** The question. */
  readonly question: Question;
  /** The time after which the answer is `no`, in milliseconds. */
  readonly timeoutMs: number;
}

/** A unary call that is not answered by the time its pick gave. */
export interface LateCall {
  /** The connection it runs on. */
  readonly connection: SubConnection;
  /** The epoch that connection had when the call started. */
  readonly epoch: number;
  /** The method, such as `KV.Range`. */
  readonly method: string;
  /** Whether the call may run a second time at once: it reads. */
  readonly repeatable: boolean;
}

/** The end of a call, told to the strategy. */
export interface CallOutcome {
  /** The connection it ran on. */
  readonly connection: SubConnection;
  /** The epoch that connection had when the call started. */
  readonly epoch: number;
  /** The kind the pick was made for. */
  readonly kind: CallKind;
  /** The method, such as `KV.Put`. */
  readonly method: string;
  /** The party that is to blame, `"none"` after a success. */
  readonly blame: Blame;
  /**
   * Whether the success took a majority of the members: of a write, or of a
   * linearizable read. False after a failure.
   */
  readonly provesQuorum: boolean;
  /** Whether the caller's own deadline ended it, which may be too short. */
  readonly timedOut: boolean;
  /** The duration of the call, in milliseconds. */
  readonly durationMs: number;
  /**
   * The time at which it ended, on the clock of `PoolView.now`, in
   * milliseconds: of thousands of calls a second none has to look again.
   */
  readonly endedAtMs: number;
}
