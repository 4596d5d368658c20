import { Grpc1_7 } from "../../../balancers/grpc1_7.ts";
import { FakePool } from "./_fake_pool.ts";

/** How long an endpoint stays on the list, if the dial timeout says no more. */
export const WINDOW_MS = 5_000;

/** The strategy grpc1.7 over a fake pool. */
export function start(
  endpoints: string,
  dialTimeoutMs: number = WINDOW_MS,
): FakePool {
  return new FakePool(new Grpc1_7({ dialTimeoutMs }), endpoints);
}
