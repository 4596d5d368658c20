import { oneOf, REVISION, Signature } from "../../api/checks/mod.ts";
import { SYSTEM_CLOCK } from "../../api/waiting/mod.ts";
import type { Keyspace } from "../../mod.ts";
import { checkKeyspace } from "../steps/mod.ts";
import { MonotonicKeys } from "./_keys.ts";
import { Reads } from "./_reads.ts";
import { Seen } from "./_seen.ts";
import type { MonotonicKeyspace, MonotonicOptions } from "./types.ts";

const MONOTONIC = new Signature("monotonic", {
  seenRevision: REVISION,
  onStale: oneOf("linearizable", "error"),
  onHistoryLost: oneOf("error", "forget"),
});

/**
 * Gives the same keys, read without going back in time: a serializable read
 * never answers from a state that is older than what was seen through this
 * already, by reads, writes, transactions and events of watches.
 *
 * - A member that is behind is not believed. The read is made again, at other
 *   members where the balancer goes to others, and then as a linearizable one.
 * - It has every call of a keyspace, and can stand for one. What is seen in a
 *   namespace of it is seen in it, too.
 * - What sessions, leases and the server's locks and elections see does not
 *   count: see {@linkcode MonotonicKeyspace.observe}.
 * - It costs no call, as long as no member is behind. Of several calls at once
 *   none comes before the other.
 *
 * ```ts
 * import type { Client } from "@etcdeno/client";
 * import { monotonic } from "@etcdeno/client/recipes";
 *
 * async function rename(client: Client): Promise<void> {
 *   const keys = monotonic(client);
 *   await keys.put("name", "new");
 *   // Any member may answer, but none that has not heard of the new name.
 *   const name = await keys.get("name", { serializable: true });
 *   console.log(name?.value.text());
 * }
 * ```
 *
 * Its reads throw a `StaleReadError` if no answer that is new enough can be had
 * in time, which is `timeoutMs` or 30 s. They throw a `HistoryLostError` if the
 * store itself has gone back, as an older snapshot was restored.
 *
 * @throws {InvalidOptionError} If an argument or option is not acceptable.
 */
export function monotonic(
  ks: Keyspace,
  options: MonotonicOptions = {},
): MonotonicKeyspace {
  return MONOTONIC.take(options, () => {
    const { seenRevision, onStale, onHistoryLost } = options;
    const reads = new Reads(new Seen(seenRevision ?? 0n), {
      onStale: onStale ?? "linearizable",
      onHistoryLost: onHistoryLost ?? "error",
      clock: SYSTEM_CLOCK,
    });
    return new MonotonicKeys(checkKeyspace(ks), reads);
  });
}
