import { GRPC_CODE } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { HistoryLostError } from "../../errors/history_lost_error.ts";
import { CanceledError } from "../../errors/specific_errors.ts";

/** For what is asked of a mirror that was closed. */
export function mirrorClosedError(action: string): CanceledError {
  return new CanceledError(`Cannot ${action}: the mirror was closed`, {
    code: "canceled",
    grpcCode: GRPC_CODE.canceled,
  });
}

/** For a destination that has keys of somebody else. */
export function existingKeysError(destination: string, key: string): EtcdError {
  return new EtcdError(
    `Cannot mirror to ${destination}: there are keys already, such as ${key}, which only 'existing: "replace"' overwrites (already_exists)`,
    { code: "already_exists", method: "mirror" },
  );
}

/** For a checkpoint that is none, or that of another mirror. */
export function foreignCheckpointError(
  checkpoint: string,
  holds: string,
): EtcdError {
  return new EtcdError(
    `Cannot mirror with the checkpoint ${checkpoint}: it holds ${holds}, which only 'existing: "replace"' overwrites (already_exists)`,
    { code: "already_exists", method: "mirror" },
  );
}

/** For a mirror whose checkpoint somebody else has changed. */
export function displacedError(
  checkpoint: string,
  hasGone: boolean,
): EtcdError {
  return hasGone
    ? new EtcdError(
      `Cannot mirror any longer: the checkpoint ${checkpoint} was deleted (key_not_found)`,
      { code: "key_not_found", method: "mirror" },
    )
    : new EtcdError(
      `Cannot mirror any longer: another has written the checkpoint ${checkpoint} (aborted)`,
      { code: "aborted", method: "mirror" },
    );
}

/** The reason to sync again: the source is behind what was copied from it. */
export function sourceWentBackError(
  revisions: Pick<HistoryLostError, "receivedRevision" | "currentRevision">,
): HistoryLostError {
  const { currentRevision, receivedRevision } = revisions;
  return new HistoryLostError(
    `Cannot follow the source any longer: it is at revision ${currentRevision}, though revision ${receivedRevision} was copied from it (history_lost)`,
    { grpcCode: GRPC_CODE.dataLoss, ...revisions },
  );
}
