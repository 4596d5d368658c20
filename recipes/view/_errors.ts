import { GRPC_CODE } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { HistoryLostError } from "../../errors/history_lost_error.ts";
import { CanceledError } from "../../errors/specific_errors.ts";

/** The error of who reads or waits for a view that was closed. */
export function viewClosedError(action: string): CanceledError {
  return new CanceledError(`Cannot ${action}: the view was closed`, {
    code: "canceled",
    grpcCode: GRPC_CODE.canceled,
  });
}

/** The error of a consumer that is too slow for its buffer. */
export function overflowError(changes: number): EtcdError {
  return new EtcdError(
    `Cannot iterate over the changes of the view any longer: the consumer is behind by more than 'buffer.changes', ${changes} (watch_overflow)`,
    { code: "watch_overflow" },
  );
}

/** The reason to read again a store that is behind what was read from it. */
export function storeWentBackError(
  revisions: Pick<HistoryLostError, "receivedRevision" | "currentRevision">,
): HistoryLostError {
  const { currentRevision, receivedRevision } = revisions;
  return new HistoryLostError(
    `Cannot follow the view any longer: the store is at revision ${currentRevision}, though revision ${receivedRevision} was read from it (history_lost)`,
    { grpcCode: GRPC_CODE.dataLoss, ...revisions },
  );
}
