import { EtcdError } from "../../errors/etcd_error.ts";

/** The parts of a transaction of etcd, each of which it limits. */
export interface Counts {
  readonly conditions?: number;
  readonly writes?: number;
  readonly reads?: number;
}

/** Names the limit, if etcd refuses a transaction for its size. */
export async function orTooMany<T>(
  counts: Counts,
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await send();
  } catch (cause) {
    if (!(cause instanceof EtcdError) || cause.code !== "too_many_operations") {
      throw cause;
    }
    const { code, grpcCode, endpoint, method, attempts } = cause;
    const parts = Object.entries(counts).map(([name, count]) =>
      `${count} ${count === 1 ? name.slice(0, -1) : name}`
    );
    throw new EtcdError(
      `Cannot run the transaction: it has ${
        parts.join(" and ")
      }, and etcd takes as many of each as its --max-txn-ops, which is 128 by default (too_many_operations)`,
      { code, grpcCode, endpoint, method, attempts, cause },
    );
  }
}
