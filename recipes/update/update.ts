import { SYSTEM_CLOCK, withDeadline } from "../../api/waiting/mod.ts";
import type { Key, Keyspace } from "../../mod.ts";
import { type GivenUpdateOptions, updateSettings } from "./_settings.ts";
import { Updating } from "./_updating.ts";
import type {
  Change,
  CodecUpdateOptions,
  UpdateOptions,
  UpdateResult,
} from "./types.ts";

/**
 * Changes the value of a key by a function: reads it, calls the function, and
 * writes what that gives if nobody has changed the key meanwhile; otherwise
 * calls it again with the new value.
 *
 * - The function's effect happens once. If the answer to a write was lost, etcd
 *   is asked what was done, see {@linkcode DoubtPolicy}.
 * - The key keeps its lease, unless another one is given.
 * - Those that are in each other's way leave each other time.
 *
 * ```ts
 * import type { Client } from "@etcdeno/client";
 * import { json, update } from "@etcdeno/client/recipes";
 *
 * async function count(client: Client): Promise<void> {
 *   const add = (visits = 0) => visits + 1;
 *   await update(client, "visits", add, { codec: json<number>() });
 * }
 * ```
 *
 * Throws what the function throws; then it has written nothing. Throws the
 * reason of a `signal` that is aborted.
 *
 * @throws {InvalidOptionError} If an argument or option is not acceptable.
 * @throws {CodecError} If the value that is there does not decode, or the new
 * one does not encode.
 * @throws {TimeoutError} If `timeoutMs` is over, also while the function has not
 * settled. What it gives later is not written.
 * @throws {EtcdError} With the code `aborted` after so many `attempts`. With
 * `maybeCommitted` if the answer to a write was lost, and nothing tells whose
 * the bytes are that the key has had since.
 */
export function update<T>(
  ks: Keyspace,
  key: Key,
  change: Change<T>,
  options: CodecUpdateOptions<T>,
): Promise<UpdateResult<T>>;
/** The same for values that are text. */
export function update(
  ks: Keyspace,
  key: Key,
  change: Change<string>,
  options?: UpdateOptions,
): Promise<UpdateResult<string>>;
export async function update<T>(
  ks: Keyspace,
  key: Key,
  change: Change<T>,
  options: GivenUpdateOptions<T> = {},
): Promise<UpdateResult<T>> {
  const given = { ks, key, change, options };
  const { timeoutMs, ...settings } = updateSettings(given, SYSTEM_CLOCK);
  const updating = new Updating(settings);
  const { signal } = options;
  const action = () => updating.action;
  return await withDeadline(
    { signal, timeoutMs, action },
    (context) => updating.run(context),
  );
}
