/** All checks, in the order in which they are made. */
import { CALL_CHECKS } from "./_calls.ts";
import type { Check } from "./_check.ts";
import { ENDPOINT_CHECKS } from "./_endpoints.ts";
import { FAULT_CHECKS } from "./_faults.ts";
import { WAIT_CHECKS } from "./_waits.ts";

export const CHECKS: readonly Check[] = [
  ...CALL_CHECKS,
  ...WAIT_CHECKS,
  ...ENDPOINT_CHECKS,
  ...FAULT_CHECKS,
];
