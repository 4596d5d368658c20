import type { Write } from "./_write.ts";
import { KV_WRITES } from "./_kv_writes.ts";
import { LEASE_WRITES } from "./_lease_writes.ts";
import { SESSION_WRITES } from "./_session_writes.ts";
import { SERVICE_WRITES } from "./_service_writes.ts";
import { ADMIN_WRITES } from "./_admin_writes.ts";

/** The writes of the public API that a cluster of one member can serve. */
export const WRITES: readonly Write[] = [
  ...KV_WRITES,
  ...LEASE_WRITES,
  ...SESSION_WRITES,
  ...SERVICE_WRITES,
  ...ADMIN_WRITES,
];
