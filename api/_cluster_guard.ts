import { ClusterMismatchError } from "../errors/specific_errors.ts";
import { type Int64, toUnsignedBigInt } from "../proto/int64.ts";

/** The call whose reply is looked at. */
export interface GuardedCall {
  /** What it does, completing "Cannot …". */
  readonly action: string;
  /** The method. */
  readonly method: string;
  /** Where the reply came from. */
  readonly endpoint: string;
  /** Whether it may have changed something. */
  readonly maybeCommitted: boolean;
}

/**
 * Sees to it that all replies are of one cluster: the one that answers first.
 * An endpoint that is of another one is a mistake in a list or a name that
 * leads elsewhere, and must not be read from or written to.
 */
export class ClusterGuard {
  readonly #refuse: (endpoint: string, reason: string) => "refused" | "last";
  #cluster: Int64 | undefined;

  /**
   * `refuse` takes an endpoint out of use, unless it is the last one. Then it
   * is the cluster that has been replaced: the next reply is the first one.
   */
  constructor(
    refuse: (endpoint: string, reason: string) => "refused" | "last",
  ) {
    this.#refuse = refuse;
  }

  /**
   * Looks at a reply. One without a cluster's id is of no cluster.
   *
   * @throws {ClusterMismatchError} If it is of another cluster.
   */
  check(reply: unknown, call: () => GuardedCall): void {
    const { header } = reply as {
      readonly header?: { readonly clusterId: Int64 } | null;
    };
    if (header === undefined || header === null) return;
    const { clusterId } = header;
    const known = this.#cluster;
    if (clusterId.low === known?.low && clusterId.high === known.high) return;
    if (clusterId.low === 0 && clusterId.high === 0) return;
    if (known === undefined) this.#cluster = clusterId;
    else throw this.#mismatch(clusterId, known, call());
  }

  /** The next reply is the first one again. */
  forget(): void {
    this.#cluster = undefined;
  }

  #mismatch(
    id: Int64,
    known: Int64,
    { action, method, endpoint, maybeCommitted }: GuardedCall,
  ): ClusterMismatchError {
    const clusterId = toUnsignedBigInt(id);
    const expectedClusterId = toUnsignedBigInt(known);
    const reason = `it is of the cluster ${clusterId.toString(16)}, not of ${
      expectedClusterId.toString(16)
    }`;
    const last = this.#refuse(endpoint, reason) === "last";
    if (last) this.forget();
    const tail = maybeCommitted ? "; it may have been applied there" : "";
    return new ClusterMismatchError(
      last
        ? `Cannot ${action}: ${endpoint} is the last endpoint, and ${reason} as before (wrong_cluster)${tail}`
        : `Cannot ${action}: ${endpoint} is not used any more, as ${reason} (wrong_cluster)${tail}`,
      {
        endpoint,
        method,
        retryable: !maybeCommitted && !last,
        maybeCommitted,
        clusterId,
        expectedClusterId,
      },
    );
  }
}
