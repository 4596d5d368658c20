import type { EtcdError } from "../../errors/etcd_error.ts";

/** The refusals of one lease in a row. */
interface Refusals {
  readonly times: number;
  readonly error: EtcdError;
}

/**
 * The leases for which streams were ended. A server answers the requests on a
 * stream in their order, and a refusal ends the stream with all that follow:
 * etcd does so for a lease with a key that the user may not write (3.6, 3.7).
 */
export class RefusedLeases {
  readonly #refused = new Map<bigint, Refusals>();

  /** Takes note of a refusal. Returns how many in a row that is. */
  add(id: bigint, error: EtcdError): number {
    const times = this.times(id) + 1;
    this.#refused.set(id, { times, error });
    return times;
  }

  /** The number of refusals since the lease was last renewed. */
  times(id: bigint): number {
    return this.#refused.get(id)?.times ?? 0;
  }

  /** The last refusal, if the lease was not renewed since. */
  error(id: bigint): EtcdError | undefined {
    return this.#refused.get(id)?.error;
  }

  /** The lease was renewed, or is renewed no more. */
  delete(id: bigint): void {
    this.#refused.delete(id);
  }
}
