import {
  LeaseLostError,
  LeaseNotFoundError,
} from "../../errors/specific_errors.ts";
import type { Lease } from "../../mod.ts";

/** The time for a lease that others may not even know any more. */
const REVOKE_MS = 5_000;

/**
 * The leases that the key of a registration may be attached to: the one that is
 * renewed now, and those that were lost here but may live on in etcd.
 */
export class OwnLeases {
  readonly #leases = new Set<Lease>();

  add(lease: Lease): void {
    this.#leases.add(lease);
  }

  has(id: bigint): boolean {
    for (const lease of this.#leases) if (lease.id === id) return true;
    return false;
  }

  /**
   * Ends those that were lost, once the key is attached to another: then no
   * request that comes late can put it under one of them.
   */
  async revokeLost(
    { except, signal }: {
      readonly except: Lease;
      readonly signal: AbortSignal;
    },
  ): Promise<void> {
    for (const lease of this.#leases) {
      if (lease === except) continue;
      // Otherwise it runs out.
      await revoke(lease, { signal, timeoutMs: REVOKE_MS }).catch(() => {});
      signal.throwIfAborted();
      this.#leases.delete(lease);
    }
  }

  /** Ends all, and the key with them. */
  async revokeAll(): Promise<void> {
    const revoked = [...this.#leases].map((lease) => revoke(lease, {}));
    this.#leases.clear();
    const [failed] = (await Promise.allSettled(revoked)).filter((one) =>
      one.status === "rejected"
    );
    if (failed !== undefined) throw failed.reason;
  }
}

async function revoke(
  lease: Lease,
  options: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
): Promise<void> {
  const { reason: loss } = lease.signal;
  const why = loss instanceof LeaseLostError ? loss.reason : undefined;
  // Gone already, or it runs out: nobody can be asked any more.
  if (why === "expired" || why === "client_closed") return;
  try {
    await lease.revoke(options);
  } catch (error) {
    if (!(error instanceof LeaseNotFoundError)) throw error;
  }
}
