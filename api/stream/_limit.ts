import { describeWait } from "../../balancers/dial/mod.ts";
import { onAbort, type RunningStream } from "../../balancers/transport/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import {
  TimeoutError,
  UnavailableError,
} from "../../errors/specific_errors.ts";

/** The number of streams that an endpoint allows a client at once. */
export interface StreamLimit {
  /** The endpoint. */
  readonly endpoint: string;
  /** The endpoint's "max concurrent streams". */
  readonly maxStreams: number;
}

/** Settings of a stream that concern the wait for it. */
export interface WaitingSettings {
  /** Ends the wait for a connection and a stream. */
  readonly signal: AbortSignal;
  /**
   * Called when the wait for a stream begins, as the endpoint allows no more at
   * once, and without a limit when that is over.
   */
  readonly onWait?: ((limit: StreamLimit | undefined) => void) | undefined;
}

/** Resolves when a stream waits no more: it has begun, or ended. */
export async function untilBegun(
  running: Pick<RunningStream, "wait" | "cancel">,
  endpoint: string,
  { signal, onWait }: WaitingSettings,
): Promise<void> {
  const { wait } = running;
  if (wait === undefined) return;
  const unlink = onAbort(signal, () => running.cancel());
  onWait?.({ endpoint, maxStreams: wait.maxStreams });
  await wait.over;
  unlink();
  if (!signal.aborted) onWait?.(undefined);
}

/** The error of a call that has waited too long for a stream. */
export function noStreamError(
  { action, method, timeoutMs }: {
    /** The call's purpose, completing "Cannot …". */
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

/** The error of a stream that waits for one to end. */
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
