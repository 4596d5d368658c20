import { checkCount } from "../../api/checks/mod.ts";
import type { Key, Keyspace } from "../../mod.ts";
import { checkKeyspace, checkSessionSource } from "../steps/mod.ts";
import { DoubleBarrierHandle } from "./_double_handle.ts";
import { DoubleBarrierKeys } from "./_double_keys.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { DoubleBarrier, DoubleBarrierOptions } from "./types.ts";

/**
 * Makes a double barrier: `count` processes begin together, and end together.
 * Its keys are those of Go's `recipe.DoubleBarrier`, so that both can meet at one.
 * Nothing is sent before it is used.
 *
 * ```ts
 * import type { Client } from "@etcdeno/client";
 * import { doubleBarrier } from "@etcdeno/client/recipes";
 *
 * async function load(client: Client, run: () => Promise<void>) {
 *   await using meeting = doubleBarrier(client, "load", { count: 3 });
 *   await using _presence = await meeting.enter();
 *   await run();
 * }
 * console.log(typeof load);
 * ```
 *
 * @throws {InvalidOptionError} If the name is empty or begins with `__`, or an
 * option is not acceptable.
 */
export function doubleBarrier(
  ks: Keyspace,
  name: Key,
  options: DoubleBarrierOptions,
): DoubleBarrier {
  return SIGNATURES.doubleBarrier.take(options ?? {}, () => {
    const count = checkCount("count", options?.count);
    const { session, ttlSeconds } = options;
    checkSessionSource({ session, ttlSeconds });
    const keys = new DoubleBarrierKeys(name, count);
    const source = { session, ttlSeconds };
    return new DoubleBarrierHandle(checkKeyspace(ks), keys, source);
  });
}
