import type { Key, Keyspace } from "../../mod.ts";
import { checkCount } from "../../api/checks/mod.ts";
import { checkKeyspace, checkSessionSource } from "../steps/mod.ts";
import { SemaphoreHandle } from "./_handle.ts";
import { SemaphoreKeys } from "./_keys.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { Semaphore, SemaphoreOptions } from "./types.ts";

/**
 * Makes a semaphore: at most `limit` hold a permit of this name at once, in all
 * processes together. Nothing is sent before it is used.
 *
 * ```ts
 * import type { Client } from "@etcdeno/client";
 * import { semaphore } from "@etcdeno/client/recipes";
 *
 * async function backUp(client: Client, run: () => Promise<void>) {
 *   await using backups = semaphore(client, "limits/backup", { limit: 3 });
 *   await using _permit = await backups.acquire();
 *   await run();
 * }
 * console.log(typeof backUp);
 * ```
 *
 * @throws {InvalidOptionError} If the name is empty, or an option is not
 * acceptable.
 */
export function semaphore(
  ks: Keyspace,
  name: Key,
  options: SemaphoreOptions,
): Semaphore {
  return SIGNATURES.semaphore.take(options ?? {}, () => {
    const limit = checkCount("limit", options?.limit);
    const { session, ttlSeconds } = options;
    checkSessionSource({ session, ttlSeconds });
    const keys = new SemaphoreKeys(name, limit);
    const source = { session, ttlSeconds };
    return new SemaphoreHandle(checkKeyspace(ks), keys, source);
  });
}
