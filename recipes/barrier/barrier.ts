import type { Key, Keyspace } from "../../mod.ts";
import { checkKeyspace, checkSessionSource, NamedKeys } from "../steps/mod.ts";
import { BarrierHandle } from "./_barrier_handle.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { Barrier, BarrierOptions } from "./types.ts";

/**
 * Makes a barrier: while it is up, those who come wait for its release. Its key
 * is that of Go's `recipe.Barrier`, the name itself. Nothing is sent before it
 * is used.
 *
 * ```ts
 * import type { Client } from "@etcdeno/client";
 * import { barrier } from "@etcdeno/client/recipes";
 *
 * async function start(client: Client, serve: () => Promise<void>) {
 *   await using migration = barrier(client, "migration");
 *   await migration.wait();
 *   await serve();
 * }
 * console.log(typeof start);
 * ```
 *
 * @throws {InvalidOptionError} If the name is empty or begins with `__`, or an
 * option is not acceptable.
 */
export function barrier(
  ks: Keyspace,
  name: Key,
  options: BarrierOptions = {},
): Barrier {
  return SIGNATURES.barrier.take(options, () => {
    const { session, ttlSeconds } = options;
    checkSessionSource({ session, ttlSeconds });
    const keys = new NamedKeys(name);
    const source = { session, ttlSeconds };
    return new BarrierHandle(checkKeyspace(ks), keys, source);
  });
}
