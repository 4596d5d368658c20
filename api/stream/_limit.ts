import { describeWait } from "../../balancers/dial/mod.ts";
import { onAbort, type RunningStream } from "../../balancers/transport/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import {
  TimeoutError,
  UnavailableError,
} from "../../errors/specific_errors.ts";

/** What a stream waits for: one of so many that an endpoint allows. */
export interface StreamLimit {
  /** The endpoint. */
  readonly endpoint: string;
  /** How many it allows at once (its "max concurrent streams"). */
  readonly maxStreams: number;
}

/** What is told of a stream that is being opened. */
export interface WaitingSettings {
  /** Ends the wait for a connection and a stream. */
  readonly signal: AbortSignal;
  /**
   * Called when it begins to wait for a stream, as the endpoint allows no more
   * at once, and when that is over.
   */
  readonly onWait?: ((limit: StreamLimit | undefined) => void) | undefined;
}

/** Resolves when a stream does not wait any more: it has begun, or ended. */
export async function untilBegun(
  { wait, cancel }: Pick<RunningStream, "wait" | "cancel">,
  endpoint: string,
  { signal, onWait }: WaitingSettings,
): Promise<void> {
  if (wait === undefined) return;
  const unlink = onAbort(signal, cancel);
  onWait?.({ endpoint, maxStreams: wait.maxStreams });
  await wait.over;
  unlink();
  if (!signal.aborted) onWait?.(undefined);
}

/** It has waited for too long. */
export function noStreamError(
  { action, method, timeoutMs }: {
    /** What it does, completing "Cannot …". */
    readonly action: string;
    readonly method: string;
    readonly timeoutMs: number;
  },
  { endpoint, maxStreams }: StreamLimit,
): TimeoutError {
  const waited = describeWait(maxStreams, endpoint);
  return new TimeoutError(
    `Cannot ${action}: ${waited}, and got none within ${timeoutMs} ms (timeout)`,
    {
      code: "timeout",
      grpcCode: GRPC_CODE.deadlineExceeded,
      endpoint,
      method,
      retryable: true,
    },
  );
}

/** It waits, and nothing comes of it. */
export function waitingError(
  action: string,
  method: string,
  { endpoint, maxStreams }: StreamLimit,
): UnavailableError {
  const waited = describeWait(maxStreams, endpoint);
  return new UnavailableError(`Cannot ${action}: ${waited} (unavailable)`, {
    code: "unavailable",
    grpcCode: GRPC_CODE.unavailable,
    endpoint,
    method,
    retryable: true,
  });
}
