import { EtcdError, type EtcdErrorInit } from "./etcd_error.ts";

/**
 * A read would have gone back in time: the member that answered is behind a
 * revision that was seen already, and no newer answer could be had. It may come
 * later: the read may be made again.
 */
export class StaleReadError extends EtcdError {
  /** The revision that was seen before. */
  readonly seenRevision: bigint;
  /** The newest revision that an answer came from. */
  readonly receivedRevision: bigint;

  /** Makes the error; users receive it, they need not make any. */
  constructor(
    message: string,
    init: Omit<EtcdErrorInit, "code"> & {
      readonly seenRevision: bigint;
      readonly receivedRevision: bigint;
    },
  ) {
    super(message, { retryable: true, ...init, code: "stale_read" });
    this.seenRevision = init.seenRevision;
    this.receivedRevision = init.receivedRevision;
  }
}
