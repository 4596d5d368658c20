import { EtcdError, type EtcdErrorInit } from "./etcd_error.ts";

/**
 * The store is at an older revision than the watch has received: an older
 * snapshot was restored, or the data were lost. What had come since then never
 * happened as far as the store knows, and its revisions are given once more.
 */
export class HistoryLostError extends EtcdError {
  /** The newest revision that was received before. */
  readonly receivedRevision: bigint;
  /** The newest revision the store has. */
  readonly currentRevision: bigint;

  /** Makes the error; users receive it, they need not make any. */
  constructor(
    message: string,
    init: Omit<EtcdErrorInit, "code"> & {
      readonly receivedRevision: bigint;
      readonly currentRevision: bigint;
    },
  ) {
    super(message, { ...init, code: "history_lost" });
    this.receivedRevision = init.receivedRevision;
    this.currentRevision = init.currentRevision;
  }
}
