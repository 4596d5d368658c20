import type { Key, Keyspace } from "../../mod.ts";
import { checkKeyspace, checkSessionSource } from "../steps/mod.ts";
import { RwLockHandle } from "./_handle.ts";
import { RwLockKeys } from "./_keys.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { RwLock, RwLockOptions } from "./types.ts";

/**
 * Makes a read-write lock: any number hold it for reading at once, or one for
 * writing, in all processes together. Its keys are those of Go's
 * `recipe.RWMutex`, so that both can stand in one queue. Nothing is sent before
 * it is used.
 *
 * ```ts
 * import type { Client } from "@etcdeno/client";
 * import { rwLock } from "@etcdeno/client/recipes";
 *
 * async function rebuild(client: Client, index: () => Promise<void>) {
 *   await using locks = rwLock(client, "catalogue");
 *   await using _alone = await locks.writeLock();
 *   await index();
 * }
 * console.log(typeof rebuild);
 * ```
 *
 * @throws {InvalidOptionError} If the name is empty or begins with `__`, or an
 * option is not acceptable.
 */
export function rwLock(
  ks: Keyspace,
  name: Key,
  options: RwLockOptions = {},
): RwLock {
  return SIGNATURES.rwLock.take(options, () => {
    const { session, ttlSeconds } = options;
    checkSessionSource({ session, ttlSeconds });
    const keys = new RwLockKeys(name);
    const source = { session, ttlSeconds };
    return new RwLockHandle(checkKeyspace(ks), keys, source);
  });
}
