import { doubtText } from "../errors/doubt.ts";
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

/** The endpoints that are looked after. */
export interface GuardedEndpoints {
  /** Whether an endpoint is one of those in use. */
  uses(endpoint: string): boolean;
  /** Takes an endpoint out of use, unless it is the last one. */
  refuse(endpoint: string, reason: string): "refused" | "last";
}

/**
 * Sees to it that all replies are of one cluster: the one that answers first.
 * An endpoint that is of another one is a mistake in a list or a name that
 * leads elsewhere, and must not be read from or written to.
 */
export class ClusterGuard {
  readonly #endpoints: GuardedEndpoints;
  #cluster: Int64 | undefined;

  /**
   * If the last endpoint is refused, it is the cluster that has been replaced:
   * the next reply is the first one.
   */
  constructor(endpoints: GuardedEndpoints) {
    this.#endpoints = endpoints;
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
    const made = call();
    if (known !== undefined) throw this.#mismatch(clusterId, known, made);
    // A late reply, of an endpoint that was dropped, says nothing.
    if (this.#endpoints.uses(made.endpoint)) this.#cluster = clusterId;
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
    const last = this.#endpoints.refuse(endpoint, reason) === "last";
    if (last) this.forget();
    const tail = doubtText(maybeCommitted);
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
