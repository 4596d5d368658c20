import {
  checkTimeoutMs,
  COUNT,
  FUNCTION,
  SIGNAL,
  Signature,
  TIMEOUT_MS,
} from "../../api/checks/mod.ts";
import { own, toBytes } from "../../api/values/mod.ts";
import { guardedListener, SYSTEM_CLOCK } from "../../api/waiting/mod.ts";
import type { Key, Keyspace, Value } from "../../mod.ts";
import { checkFunction, checkKeyspace, keepKey } from "../steps/mod.ts";
import { LeaderLoop, type LoopSettings } from "./_leader_loop.ts";
import type { Leading, LeadOptions } from "./types.ts";

const DEFAULT_TTL_SECONDS = 10;
const DEFAULT_SETTLE_MS = 30_000;

const LEAD = new Signature("lead", {
  onStateChange: FUNCTION,
  settleTimeoutMs: TIMEOUT_MS,
  signal: SIGNAL,
  ttlSeconds: COUNT,
});

/**
 * Waits to be elected, then runs a function as long as the leadership lasts; if
 * that is lost, aborts the function's signal, waits until it has settled, and
 * starts over.
 *
 * - `guard` never holds for two functions at a time, and holds for none that has
 *   outlived its leadership.
 * - If the function returns, its leadership is given up, and the loop resolves
 *   to what it returned.
 * - If it throws while it leads, the same happens, and the loop rejects with its
 *   error. If that is an `EtcdError` that passes (`retryable`, or
 *   `maybeCommitted`), the loop starts over instead.
 * - What it throws after a loss only shows as `thrown` in the state.
 * - The queue is that of `Session.campaign`, Go's client and `etcdctl`.
 *
 * ```ts
 * import { type Client, op } from "@etcdeno/client";
 * import { lead } from "@etcdeno/client/recipes";
 *
 * async function bill(client: Client, work: () => Promise<string>) {
 *   await lead(client, "billing", "10.0.0.7", async ({ signal, guard }) => {
 *     while (!signal.aborted) {
 *       const then = [op.put("billing/done", await work())];
 *       await client.txn({ if: [guard], then });
 *     }
 *   });
 * }
 * ```
 *
 * Throws the reason of a `signal` that is aborted, once the function has
 * settled.
 *
 * @throws {InvalidOptionError} If an argument or option is not acceptable.
 * @throws {TimeoutError} If the function has not settled within
 * `settleTimeoutMs` after its signal. Its leadership is given up then.
 * @throws {EtcdError} If the client is closed. If etcd refuses the first campaign
 * for a reason that does not pass by itself, such as a missing permission; later
 * ones are tried again.
 */
export async function lead<R>(
  ks: Keyspace,
  name: Key,
  value: Value,
  run: (leading: Leading) => R | Promise<R>,
  options: LeadOptions = {},
): Promise<R> {
  const { settleTimeoutMs = DEFAULT_SETTLE_MS, onStateChange } = options;
  const settings = LEAD.take(options, (): LoopSettings<R> => {
    const { key, shown } = keepKey("name", name);
    return {
      ks: checkKeyspace(ks),
      name: key,
      shown,
      value: own(toBytes("value", value)),
      run: checkFunction("run", run),
      ttlSeconds: options.ttlSeconds ?? DEFAULT_TTL_SECONDS,
      settleTimeoutMs: checkTimeoutMs("settleTimeoutMs", settleTimeoutMs),
      signal: options.signal,
      clock: SYSTEM_CLOCK,
      tell: onStateChange === undefined
        ? () => {}
        : guardedListener("onStateChange", onStateChange),
    };
  });
  settings.signal?.throwIfAborted();
  return await new LeaderLoop(settings).run();
}
