import type { Clock } from "../../balancers/transport/mod.ts";
import { doubtText } from "../../errors/doubt.ts";
import { ClusterMismatchError } from "../../errors/specific_errors.ts";
import { type Int64, toUnsignedBigInt } from "../../proto/int64.ts";

/** The call whose reply is looked at. */
export interface GuardedCall {
  /** Completes "Cannot …" in errors. */
  readonly action: string;
  /** The method. */
  readonly method: string;
  /** The endpoint that the reply came from. */
  readonly endpoint: string;
  /** Whether the call may have changed something. */
  readonly maybeCommitted: boolean;
}

/** The endpoints that are looked after. */
export interface GuardedEndpoints {
  /** Whether an endpoint is one of those in use. */
  uses(endpoint: string): boolean;
  /** Takes an endpoint out of use, unless it is the last one. */
  refuse(endpoint: string, reason: string): "refused" | "last";
}

/** The meaning of another cluster's reply for the endpoint it came from. */
type Finding =
  /** There are other endpoints: this one is in the list by mistake. */
  | "stranger"
  /** There is no other endpoint: the cluster behind it has been replaced. */
  | "replaced"
  /** Both clusters are behind the endpoint, a load balancer or a name. */
  | "both";

// A cluster that was there before and answers again has replaced the present one
// if that has not answered for so long.
const REPLACED_AFTER_MS = 60_000;

/**
 * Checks that all replies are of one cluster: the one that answers first. An
 * endpoint of another cluster is a mistake in a list, or a name that leads
 * elsewhere. It must not be read from or written to.
 */
export class ClusterGuard {
  readonly #endpoints: GuardedEndpoints;
  readonly #clock: Pick<Clock, "now">;
  #cluster: Int64 | undefined;
  /** The clusters that were replaced. */
  readonly #former = new Set<bigint>();
  /** When the present cluster last answered, if it has replaced another. */
  #heardAt = 0;

  constructor(endpoints: GuardedEndpoints, clock: Pick<Clock, "now">) {
    this.#endpoints = endpoints;
    this.#clock = clock;
  }

  /**
   * Checks a reply. One without the id of a cluster is of no cluster.
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
    if (clusterId.low === known?.low && clusterId.high === known.high) {
      if (this.#former.size > 0) this.#heardAt = this.#clock.now();
      return;
    }
    if (clusterId.low === 0 && clusterId.high === 0) return;
    const made = call();
    if (known !== undefined) throw this.#mismatch(clusterId, known, made);
    // A late reply of an endpoint that is not in use any more says nothing.
    if (this.#endpoints.uses(made.endpoint)) this.#cluster = clusterId;
  }

  /** Takes the cluster of the next reply for the right one. */
  forget(): void {
    this.#cluster = undefined;
    this.#former.clear();
  }

  #mismatch(id: Int64, known: Int64, call: GuardedCall): ClusterMismatchError {
    const { action, method, endpoint, maybeCommitted } = call;
    const clusterId = toUnsignedBigInt(id);
    const expectedClusterId = toUnsignedBigInt(known);
    const [its, ours] = [clusterId, expectedClusterId].map((one) =>
      one.toString(16)
    );
    const reason = `it belongs to the cluster ${its}, not to ${ours}`;
    const finding = this.#judge(clusterId, { endpoint, reason });
    if (finding === "replaced") {
      this.#former.add(expectedClusterId);
      this.#cluster = id;
      this.#heardAt = this.#clock.now();
    }
    const state = {
      stranger: `${endpoint} is not used any more, as ${reason}`,
      replaced: `${endpoint} is the last endpoint, and ${reason} as before`,
      both:
        `${endpoint} leads to two clusters: this time to ${its}, while the client stays with ${ours}`,
    }[finding];
    return new ClusterMismatchError(
      `Cannot ${action}: ${state} (wrong_cluster)${doubtText(maybeCommitted)}`,
      {
        endpoint,
        method,
        retryable: !maybeCommitted && finding === "stranger",
        maybeCommitted,
        clusterId,
        expectedClusterId,
      },
    );
  }

  #judge(
    clusterId: bigint,
    { endpoint, reason }: Readonly<Record<"endpoint" | "reason", string>>,
  ): Finding {
    if (this.#endpoints.refuse(endpoint, reason) === "refused") {
      return "stranger";
    }
    const recently = this.#clock.now() - this.#heardAt < REPLACED_AFTER_MS;
    return this.#former.has(clusterId) && recently ? "both" : "replaced";
  }
}
