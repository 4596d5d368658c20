import { GRPC_CODE } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { HistoryLostError } from "../../errors/history_lost_error.ts";
import { StaleReadError } from "../../errors/stale_read_error.ts";

/** A read whose answers have all been older than what was seen. */
export interface StaleRead {
  /** Completes "Cannot …". */
  readonly action: string;
  /** The revision that was seen before. */
  readonly seenRevision: bigint;
  /** The newest one that an answer came from. */
  readonly receivedRevision: bigint;
}

/** For a read that no member has a new enough answer to. */
export function staleReadError(
  { action, ...revisions }: StaleRead,
  cause?: unknown,
): StaleReadError {
  const { seenRevision, receivedRevision } = revisions;
  const last = cause instanceof EtcdError ? `, and then ${cause.code}` : "";
  return new StaleReadError(
    `Cannot ${action}: the newest answer is of revision ${receivedRevision}, though revision ${seenRevision} was seen${last} (stale_read)`,
    { grpcCode: GRPC_CODE.unavailable, ...revisions, cause },
  );
}

/** For a read that tells that the store itself has gone back. */
export function wentBackError(
  { action, seenRevision, receivedRevision }: StaleRead,
): HistoryLostError {
  return new HistoryLostError(
    `Cannot ${action}: the store is at revision ${receivedRevision}, though revision ${seenRevision} was seen (history_lost)`,
    {
      grpcCode: GRPC_CODE.dataLoss,
      receivedRevision: seenRevision,
      currentRevision: receivedRevision,
    },
  );
}
