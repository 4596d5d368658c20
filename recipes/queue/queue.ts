import type { Key, Keyspace } from "../../mod.ts";
import { checkQueueOptions } from "../items/mod.ts";
import { checkKeyspace } from "../steps/mod.ts";
import { QueueHandle } from "./_handle.ts";
import { QueueKeys } from "./_keys.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { Queue, QueueOptions } from "./types.ts";

/**
 * Makes a queue of the items below a name. Its keys are those of Go's
 * `recipe.Queue`, so that both can stand in one queue: all keys below
 * `name/` are items, by their age. Nothing is sent before it is used.
 *
 * ```ts
 * import type { Client } from "@etcdeno/client";
 * import { queue, text } from "@etcdeno/client/recipes";
 *
 * async function work(client: Client, resize: (path: string) => Promise<void>) {
 *   await using images = queue(client, "images", { codec: text });
 *   for await (const { value } of images) await resize(value);
 * }
 * console.log(typeof work);
 * ```
 *
 * @throws {InvalidOptionError} If the name is empty or begins with `__`, or an
 * option is not acceptable.
 */
export function queue<T>(
  ks: Keyspace,
  name: Key,
  options: QueueOptions<T>,
): Queue<T> {
  return SIGNATURES.queue.take(options ?? {}, () => {
    const checked = checkQueueOptions(options);
    const keys = new QueueKeys(name);
    return new QueueHandle(checkKeyspace(ks), keys, checked);
  });
}
