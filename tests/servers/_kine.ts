import type { KineCheck } from "./_kine_like.ts";
import {
  compaction,
  filters,
  resume,
  silence,
  starts,
} from "./_kine_watches.ts";
import { headers, leaseIds, renewals } from "./_kine_leases.ts";

/** They hold on kine 0.17.5, and on the fake that stands for it in CI. */
export const KINE_CHECKS: readonly KineCheck[] = [
  { title: "watches share a stream, filtered as asked", run: filters },
  { title: "a watch goes on when its connection is cut", run: resume },
  { title: "a watch outlives silence, and has no progress", run: silence },
  {
    title: "a watch starts in the past and next, not in the future",
    run: starts,
  },
  { title: "a compacted watch ends, or relists", run: compaction },
  { title: "keepAlive() and session() fail at once", run: renewals },
  {
    title: "an id that was asked for and not given is an error",
    run: leaseIds,
  },
  { title: "ids and versions of 0 are no trouble", run: headers },
];
