import type { Key, Keyspace } from "../../mod.ts";
import { checkQueueOptions, type QueueOptions } from "../items/mod.ts";
import { checkKeyspace } from "../steps/mod.ts";
import { PriorityQueueHandle } from "./_handle.ts";
import { PriorityKeys } from "./_keys.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { PriorityQueue } from "./types.ts";

/**
 * Makes a priority queue of the items below a name. Its keys are those of Go's
 * `recipe.PriorityQueue`, so that both can stand in one queue. Nothing is sent
 * before it is used.
 *
 * ```ts
 * import type { Client } from "@etcdeno/client";
 * import { priorityQueue, text } from "@etcdeno/client/recipes";
 *
 * async function work(client: Client, send: (mail: string) => Promise<void>) {
 *   await using mails = priorityQueue(client, "mails", { codec: text });
 *   await mails.enqueue("your code is 1234", { priority: 1 });
 *   for await (const { value } of mails) await send(value);
 * }
 * console.log(typeof work);
 * ```
 *
 * @throws {InvalidOptionError} If the name is empty or begins with `__`, or an
 * option is not acceptable.
 */
export function priorityQueue<T>(
  ks: Keyspace,
  name: Key,
  options: QueueOptions<T>,
): PriorityQueue<T> {
  return SIGNATURES.priorityQueue.take(options ?? {}, () => {
    const checked = checkQueueOptions(options);
    const keys = new PriorityKeys(name);
    return new PriorityQueueHandle(checkKeyspace(ks), keys, checked);
  });
}
