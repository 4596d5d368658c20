import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Waited } from "../../../balancers/pool/_pick_queue.ts";
import { BalancerError } from "../../../mod.ts";

/** Throws what a strategy with a mistake throws. */
export function mistake(): never {
  throw new RangeError("mistake");
}

/** The message of the fault that a pick has ended with. */
export function faultOf(ended: { readonly action: string }): string {
  assertStrictEquals(ended.action, "fail");
  const { error } = ended as Extract<Waited, { action: "fail" }>;
  assert(error instanceof BalancerError, String(error));
  assertEquals([error.code, error.balancer], ["balancer_failed", "scripted"]);
  assert(!error.retryable && !error.maybeCommitted);
  return error.message.replace("Cannot use the balancer 'scripted': ", "");
}
