import type { RequestHeaders } from "./interceptor.ts";

/** Options of every call, which stand in its last argument. */
export interface CallOptions {
  /** Ends the call with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The time for the whole call in milliseconds, repetitions and waiting for
   * a connection included; `false` for no limit.
   *
   * @default {the client's `requestTimeoutMs`}
   */
  readonly timeoutMs?: number | false | undefined;
  /**
   * Whether the member must have a leader to answer at all. Without it, a
   * member cut off from the others lets most calls run into their timeout.
   *
   * @default {false}
   */
  readonly requireLeader?: boolean | undefined;
  /**
   * Headers of the requests, besides the client's. Those with a meaning of
   * their own, such as `token` and `grpc-timeout`, are refused. A call with
   * headers shares no request with others.
   *
   * @default {those of the client}
   */
  readonly headers?: RequestHeaders | undefined;
}

/**
 * The time a call has in milliseconds: its own, or else the default.
 * `Infinity` stands for no limit, which users write as `false`.
 */
export function timeoutOf(
  { timeoutMs }: Pick<CallOptions, "timeoutMs">,
  defaultMs: number,
): number {
  if (timeoutMs === undefined) return defaultMs;
  return timeoutMs === false ? Infinity : timeoutMs;
}
