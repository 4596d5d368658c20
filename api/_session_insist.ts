import { EtcdError } from "../errors/etcd_error.ts";
import { pause } from "./_waits.ts";
import type { CallOptions } from "./call_options.ts";

const PAUSE_MS = 100;

/** How a call is insisted on. */
export interface InsistOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** The time of each attempt, in milliseconds. */
  readonly tryMs: number;
}

/**
 * Makes a call until it is answered: one that does no harm when it is done
 * twice. An answer that was lost is thereby found out.
 */
export async function insist<T>(
  call: (options: CallOptions) => Promise<T>,
  { signal, tryMs }: InsistOptions,
): Promise<T> {
  for (;;) {
    try {
      return await call({ signal, timeoutMs: tryMs });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof EtcdError)) throw error;
      if (!error.retryable && !error.maybeCommitted) throw error;
    }
    await pause(PAUSE_MS, signal);
  }
}
