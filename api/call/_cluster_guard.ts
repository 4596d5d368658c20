import type { Clock } from "../../balancers/transport/mod.ts";
import { doubtText } from "../../errors/doubt.ts";
import { ClusterMismatchError } from "../../errors/specific_errors.ts";
import { type Int64, toUnsignedBigInt } from "../../proto/int64.ts";

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

/** What a reply that is of another cluster says of its endpoint. */
type Finding =
  /** There are others: it is in the list by mistake. */
  | "stranger"
  /** There is no other: the cluster behind it has been replaced. */
  | "replaced"
  /** Both clusters are behind it, as a load balancer or a name has it. */
  | "both";

// A cluster that was there before and comes back has replaced the one that is
// known only if nothing has come from that for so long.
const REPLACED_AFTER_MS = 60_000;

/**
 * Sees to it that all replies are of one cluster: the one that answers first.
 * An endpoint that is of another one is a mistake in a list or a name that
 * leads elsewhere, and must not be read from or written to.
 */
export class ClusterGuard {
  readonly #endpoints: GuardedEndpoints;
  readonly #clock: Pick<Clock, "now">;
  #cluster: Int64 | undefined;
  /** Those that were known before. */
  readonly #former = new Set<bigint>();
  /** When a reply last was of the one that is known, if there were others. */
  #heardAt = 0;

  constructor(endpoints: GuardedEndpoints, clock: Pick<Clock, "now">) {
    this.#endpoints = endpoints;
    this.#clock = clock;
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
    if (clusterId.low === known?.low && clusterId.high === known.high) {
      if (this.#former.size > 0) this.#heardAt = this.#clock.now();
      return;
    }
    if (clusterId.low === 0 && clusterId.high === 0) return;
    const made = call();
    if (known !== undefined) throw this.#mismatch(clusterId, known, made);
    // A late reply, of an endpoint that was dropped, says nothing.
    if (this.#endpoints.uses(made.endpoint)) this.#cluster = clusterId;
  }

  /** The next reply is the first one again. */
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
    const reason = `it is of the cluster ${its}, not of ${ours}`;
    const finding = this.#judge(clusterId, endpoint, reason);
    if (finding === "replaced") {
      this.#former.add(expectedClusterId);
      this.#cluster = id;
      this.#heardAt = this.#clock.now();
    }
    const state = {
      stranger: `${endpoint} is not used any more, as ${reason}`,
      replaced: `${endpoint} is the last endpoint, and ${reason} as before`,
      both:
        `${endpoint} leads to two clusters, this time to ${its}, and the client stays with ${ours}`,
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

  #judge(clusterId: bigint, endpoint: string, reason: string): Finding {
    if (this.#endpoints.refuse(endpoint, reason) === "refused") {
      return "stranger";
    }
    const recently = this.#clock.now() - this.#heardAt < REPLACED_AFTER_MS;
    return this.#former.has(clusterId) && recently ? "both" : "replaced";
  }
}
