import type {
  ConnectionPool,
  Picked,
  Tried,
} from "../../balancers/pool/mod.ts";
import type { PickInfo } from "../../balancers/strategy.ts";
import type { Clock } from "../../balancers/transport/mod.ts";
import { callClosedError, outOfTimeError, pickError } from "./_errors.ts";
import type { CallState } from "./_state.ts";

/** The parts of a client that picks are made with. */
export interface PickParts {
  readonly pool: ConnectionPool;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Picks a connection for the next attempt of a call; a promise only if there is
 * none now, as nearly every call would wait for one in vain.
 *
 * @throws {Error} If there will be none; the promise rejects with it.
 */
export function pickFor(
  call: CallState,
  parts: PickParts,
): Picked | Promise<Picked> {
  const info: PickInfo = {
    kind: "unary",
    method: call.method.name,
    attempt: call.made + 1,
    tried: call.tried,
  };
  const now = parts.pool.pick(info);
  return now.action === "use" ? now : waitFor(call, { ...parts, info, now });
}

async function waitFor(
  call: CallState,
  { pool, clock, info, now }: PickParts & {
    readonly info: PickInfo;
    readonly now: Tried;
  },
): Promise<Picked> {
  const { deadlineAt, signal } = call;
  const limit = { timeoutMs: deadlineAt - clock.now(), signal };
  const picked = now.action === "wait" ? await pool.wait(info, limit) : now;
  switch (picked.action) {
    case "use":
      return picked;
    case "fail":
      throw pickError(call, picked.error);
    case "aborted":
      throw signal?.reason;
    case "closed":
      throw callClosedError(call);
    case "timeout":
      throw outOfTimeError(call, pool.snapshot());
  }
}
