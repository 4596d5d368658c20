import type { Headers } from "../../balancers/transport/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { LeaseNotFoundError } from "../../errors/specific_errors.ts";
import { fromBigInt, toBigInt } from "../../proto/int64.ts";
import { methods } from "../../proto/methods.ts";
import {
  noStreamError,
  type Opener,
  type StreamLimit,
  type StreamSettings,
} from "../stream/mod.ts";
import { abortable, pause, withDeadline } from "../waiting/mod.ts";

/** Options of one renewal. */
export interface RenewOnceOptions {
  /** Ends the attempts. */
  readonly signal: AbortSignal | undefined;
  /** The time for it in milliseconds, `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** Headers of the streams. */
  readonly headers?: Headers | undefined;
  /** Whether the member must have a leader. */
  readonly requireLeader: boolean;
  /** Called each time when the request is sent. */
  onSend(): void;
}

const METHOD = methods.lease.keepAlive;
const ACTION = "renew the lease";

// Before a renewal that failed is sent once more.
const REPEAT_MS = 50;

/**
 * Renews a lease once, on a stream of its own, and on another one if that ends:
 * renewing it twice does no harm. Resolves to the seconds it has then.
 *
 * @throws {LeaseNotFoundError} If it does not exist.
 */
export async function renewOnce(
  opener: Opener,
  id: bigint,
  { signal, timeoutMs, requireLeader, headers, onSend }: RenewOnceOptions,
): Promise<number> {
  const call = { action: ACTION, method: METHOD.name, timeoutMs };
  let limit: StreamLimit | undefined;
  return await withDeadline({
    signal,
    timeoutMs,
    action: () => ACTION,
    method: METHOD.name,
    timeoutError: () => limit && noStreamError(call, limit),
  }, async (context) => {
    const { signal } = context;
    let last: unknown;
    for (;;) {
      context.lastError = () => last ?? opener.notOpened(METHOD, call);
      try {
        return await renewOnStream(opener, id, {
          signal,
          headers,
          requireLeader,
          onWait: (streams) => limit = streams,
          onSend() {
            context.lastError = () => last;
            onSend();
          },
        });
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof EtcdError && error.retryable)) throw error;
        last = error;
      }
      await pause(REPEAT_MS, { signal });
    }
  });
}

async function renewOnStream(
  opener: Opener,
  id: bigint,
  { onSend, ...settings }:
    & Pick<StreamSettings, "signal" | "onWait" | "requireLeader" | "headers">
    & Pick<RenewOnceOptions, "onSend">,
): Promise<number> {
  const answer = Promise.withResolvers<number>();
  // The stream may end before its answer is waited for.
  answer.promise.catch(() => {});
  const { signal } = settings;
  const stream = await opener.open(METHOD, { ...settings, action: ACTION }, {
    onMessage: ({ TTL }) => answer.resolve(Number(toBigInt(TTL))),
    onEnd: (error) => answer.reject(error),
  });
  try {
    signal.throwIfAborted();
    onSend();
    stream.send({ ID: fromBigInt(id) });
    const ttlSeconds = await abortable(answer.promise, signal);
    if (ttlSeconds <= 0) throw noLeaseError(id, ACTION);
    return ttlSeconds;
  } finally {
    stream.cancel(signal.reason);
  }
}

/** The error of a lease that the server does not have. */
export function noLeaseError(id: bigint, action: string): LeaseNotFoundError {
  return new LeaseNotFoundError(
    `Cannot ${action}: ${id} does not exist (lease_not_found)`,
    { code: "lease_not_found", grpcCode: GRPC_CODE.notFound },
  );
}
