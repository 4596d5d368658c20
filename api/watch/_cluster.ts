import type { WatchResponse } from "../../proto/gen/messages.ts";
import type { ClusterMismatchError } from "../../errors/specific_errors.ts";
import { toUnsignedBigInt, ZERO } from "../../proto/int64.ts";
import { otherClusterError } from "./_errors.ts";

/**
 * The cluster of watches. In another one their revisions mean something else:
 * they must not go on there.
 */
export class WatchCluster {
  #id = 0n;

  /** The error of a message that is of another cluster than before. */
  mismatch(
    { header }: Pick<WatchResponse, "header">,
    endpoint: string,
  ): ClusterMismatchError | undefined {
    const id = toUnsignedBigInt(header?.clusterId ?? ZERO);
    const before = this.#id;
    // Proxies answer without one.
    if (id === 0n || id === before) return undefined;
    this.#id = id;
    return before === 0n
      ? undefined
      : otherClusterError({ id, before }, endpoint);
  }

  /** No watch is left: the next one may be of any cluster. */
  forget(): void {
    this.#id = 0n;
  }
}
