/** Options of a question for the progress of all watches. */
export interface ProgressOptions {
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The time to wait in milliseconds, `false` for no limit.
   *
   * @default {the client's `requestTimeoutMs`}
   */
  readonly timeoutMs?: number | false | undefined;
}
