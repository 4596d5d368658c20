import { type Classification, classify } from "../../errors/classify.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { withoutStatus } from "../../errors/_messages.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { HistoryLostError } from "../../errors/history_lost_error.ts";
import {
  CanceledError,
  ClusterMismatchError,
  CompactedError,
  createError,
  UnavailableError,
  UnsupportedError,
} from "../../errors/specific_errors.ts";
import type { WatchResponse } from "../../proto/gen/messages.ts";
import type { Refusal } from "./_ids.ts";
import type { BufferLimits } from "./_buffer.ts";

const METHOD = "Watch.Watch";

/** The error of a watch that the server has ended, from its reason. */
export function cancelError(reason: string, endpoint: string): EtcdError {
  const { code, grpcCode } = meaning(reason);
  return createError(
    `Cannot watch: ${
      withoutStatus(reason) || "the server gave no reason"
    } (${code}, from ${endpoint})`,
    { code, grpcCode, endpoint, method: METHOD },
  );
}

/** The kind of a refusal to create a watch, if it is one. */
export function refusal(
  { canceled, cancelReason }: Pick<WatchResponse, "canceled" | "cancelReason">,
): Refusal | undefined {
  if (!canceled) return undefined;
  return meaning(cancelReason).fromEtcd ? "by etcd" : "by something else";
}

function meaning(reason: string): Classification {
  return classify({
    grpcCode: GRPC_CODE.canceled,
    details: reason,
    reach: "answered",
    disconnected: false,
    ownDeadline: false,
  });
}

/** The error of a watch whose next revision has been compacted away. */
export function compactedError(
  { next, compactRevision }: {
    readonly next: bigint;
    readonly compactRevision: bigint;
  },
  endpoint: string,
): CompactedError {
  return new CompactedError(
    `Cannot watch from revision ${next}: compacted up to ${compactRevision} (compacted, from ${endpoint})`,
    {
      code: "compacted",
      grpcCode: GRPC_CODE.outOfRange,
      endpoint,
      method: METHOD,
      compactRevision,
    },
  );
}

/** The error of endpoints that lead to another cluster than before. */
export function otherClusterError(
  { id, before }: { readonly id: bigint; readonly before: bigint },
  endpoint: string,
): ClusterMismatchError {
  return new ClusterMismatchError(
    `Cannot watch any longer: ${endpoint} belongs to the cluster ${
      id.toString(16)
    }, not to ${before.toString(16)} as before (wrong_cluster)`,
    {
      grpcCode: GRPC_CODE.failedPrecondition,
      endpoint,
      method: METHOD,
      clusterId: id,
      expectedClusterId: before,
    },
  );
}

/** The error of a store that has lost what was received from it. */
export function historyLostError(
  action: string,
  { receivedRevision, currentRevision }: Pick<
    HistoryLostError,
    "receivedRevision" | "currentRevision"
  >,
): HistoryLostError {
  return new HistoryLostError(
    `Cannot ${action}: the store is at revision ${currentRevision}, though revision ${receivedRevision} was received from it (history_lost)`,
    {
      grpcCode: GRPC_CODE.dataLoss,
      method: METHOD,
      receivedRevision,
      currentRevision,
    },
  );
}

/** The error of a consumer that is too slow for its buffer. */
export function overflowError({ events, bytes }: BufferLimits): EtcdError {
  return new EtcdError(
    `Cannot watch any longer: the consumer is behind by ${events} events or ${bytes} bytes (watch_overflow)`,
    { code: "watch_overflow", method: METHOD },
  );
}

/** The error of a stream without any sign of life, also when asked. */
export function silentError(
  endpoint: string,
  silentMs: number,
): UnavailableError {
  const ms = Math.round(silentMs);
  return new UnavailableError(
    `Cannot watch: no sign of life from ${endpoint} for ${ms} ms (unavailable)`,
    {
      code: "unavailable",
      grpcCode: GRPC_CODE.unavailable,
      endpoint,
      method: METHOD,
      retryable: true,
    },
  );
}

/** The error of a stream through a proxy that gives ids of its own. */
export function ownIdsError(endpoint: string): UnavailableError {
  return new UnavailableError(
    `Cannot watch: ${endpoint} assigns watch ids of its own, so the watches are created again (unavailable)`,
    {
      code: "unavailable",
      grpcCode: GRPC_CODE.unavailable,
      endpoint,
      method: METHOD,
      retryable: true,
    },
  );
}

/** The error of a question that a proxy or kine does not answer. */
export function noProgressError(): UnsupportedError {
  return new UnsupportedError(
    "Cannot ask for the watch's progress: a server that assigns watch ids of its own, such as a proxy or kine, does not report it (unsupported)",
    {
      code: "unsupported",
      grpcCode: GRPC_CODE.unimplemented,
      method: METHOD,
      needs: "an etcd server without a proxy",
    },
  );
}

/** The error of who waits for an answer to a watch that was closed. */
export function watchClosedError(): CanceledError {
  return new CanceledError("Cannot wait for the watch: it was closed", {
    code: "canceled",
    grpcCode: GRPC_CODE.canceled,
    method: METHOD,
  });
}
