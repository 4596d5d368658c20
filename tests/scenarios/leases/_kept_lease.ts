import {
  type CallOptions,
  type Client,
  EtcdError,
  type Lease,
  LeaseLostError,
} from "../../../mod.ts";
import { sleep } from "../../harness/mod.ts";
import type { Besides } from "../recording/recording.ts";
import type { RunContext } from "../scenario.ts";

/** Granting is not what is under test: it may wait for a connection. */
export const GRANT: CallOptions = { timeoutMs: 10_000 };

/** Grants a lease and renews it; resolves when that was answered once. */
export async function keptLease(
  client: Client,
  ttlSeconds: number,
  { timeline }: RunContext,
): Promise<Lease> {
  const lease = await client.lease.grant(ttlSeconds, GRANT);
  lease.signal.addEventListener(
    "abort",
    () => timeline.note("the lease is lost"),
  );
  await lease.keepAlive();
  return lease;
}

/** Options of {@linkcode fateOf}. */
export interface FateOptions {
  /** How long the lease is looked at. */
  readonly forMs: number;
  /** Tells whether the server has the lease by then. */
  readonly store?: Client;
}

/** What becomes of a lease from now on: its column, and what was measured. */
export async function fateOf(
  lease: Lease,
  { forMs, store }: FateOptions,
): Promise<Required<Pick<Besides, "lease" | "measures">>> {
  let toldAt = lease.signal.aborted ? Date.now() : Infinity;
  lease.signal.addEventListener("abort", () => toldAt = Date.now());
  const lostMs = await msUntil(() => lease.signal.aborted, forMs);
  const measures: Record<string, number> = {};
  if (store !== undefined) {
    const listed = (await store.lease.list()).includes(lease.id);
    measures["on the server by then"] = listed || wasInTime(lease, toldAt)
      ? 1
      : 0;
  }
  if (lostMs === undefined) return { lease: "kept", measures };
  measures["ms until the loss"] = lostMs;
  const { reason, cause } = lossOf(lease);
  measures[`loss named ${reason}`] = 1;
  if (cause instanceof EtcdError) {
    measures[`loss caused by ${cause.code}`] = 1;
  }
  return { lease: "lost", measures };
}

/**
 * Whether a lease that the server does not have any more was told to be lost
 * before the server could end it: then this test, on a machine that stood
 * still, asked too late.
 */
function wasInTime(lease: Lease, toldAt: number): boolean {
  if (!lease.signal.aborted) return false;
  const { reason, lastRenewal, loopStallMs } = lossOf(lease);
  const endsAt = lastRenewal.getTime() + lease.ttlSeconds * 1_000;
  return reason === "not_renewed" && Date.now() >= endsAt &&
    toldAt - loopStallMs < endsAt;
}

/**
 * How long it takes until a condition comes true, which it need not do for
 * longer than this.
 */
export async function msUntil(
  condition: () => boolean,
  limitMs: number,
): Promise<number | undefined> {
  const startedAt = performance.now();
  for (;;) {
    const ms = performance.now() - startedAt;
    if (condition()) return ms;
    if (ms >= limitMs) return undefined;
    await sleep(10);
  }
}

function lossOf({ signal: { reason } }: Lease): LeaseLostError {
  // Anything else breaks what the signal promises.
  if (!(reason instanceof LeaseLostError)) throw reason;
  return reason;
}
