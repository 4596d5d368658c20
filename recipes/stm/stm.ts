import { SYSTEM_CLOCK, withDeadline } from "../../api/waiting/mod.ts";
import type { Keyspace } from "../../mod.ts";
import { Transacting } from "./_running.ts";
import { type GivenStmOptions, stmSettings } from "./_settings.ts";
import type {
  CodecStmOptions,
  StmOptions,
  StmResult,
  Transact,
} from "./types.ts";

/**
 * Changes several keys by a function: it reads and writes by its parameter, and
 * its writes are done together at its end, if nobody has changed meanwhile what
 * it has read; otherwise it is called again.
 *
 * - The levels of isolation are those of Go's client, see
 *   {@linkcode Isolation}. The default fits where one value decides about
 *   another.
 * - The function's effect happens once. If the answer to the writes was lost,
 *   etcd is asked what was done, see {@linkcode DoubtPolicy}.
 * - Those that are in each other's way leave each other time.
 *
 * ```ts
 * import type { Client } from "@etcdeno/client";
 * import { json, stm } from "@etcdeno/client/recipes";
 *
 * async function swap(client: Client): Promise<void> {
 *   await stm(client, async (tx) => {
 *     const [a = 0, b = 0] = await Promise.all([tx.get("a"), tx.get("b")]);
 *     tx.put("a", b);
 *     tx.put("b", a);
 *   }, { codec: json<number>() });
 * }
 * ```
 *
 * Throws what the function throws; then nothing is written. Throws the reason
 * of a `signal` that is aborted.
 *
 * @throws {InvalidOptionError} If an argument or option is not acceptable.
 * @throws {TimeoutError} If `timeoutMs` is over, also while the function has not
 * settled. What it writes later is not done.
 * @throws {EtcdError} With the code `aborted` after so many `attempts`. With
 * `too_many_operations` if there are more keys than etcd takes at once. With
 * `maybeCommitted` if the answer to the writes was lost, and nothing tells
 * whether they were done.
 */
export function stm<T, R>(
  ks: Keyspace,
  transact: Transact<T, R>,
  options: CodecStmOptions<T>,
): Promise<StmResult<R>>;
/** The same for values that are text. */
export function stm<R>(
  ks: Keyspace,
  transact: Transact<string, R>,
  options?: StmOptions,
): Promise<StmResult<R>>;
export async function stm<T, R>(
  ks: Keyspace,
  transact: Transact<T, R>,
  options: GivenStmOptions<T> = {},
): Promise<StmResult<R>> {
  const given = { ks, transact, options };
  const { timeoutMs, ...settings } = stmSettings(given, SYSTEM_CLOCK);
  const over = new AbortController();
  const transacting = new Transacting(settings, over);
  const { signal } = options;
  const action = () => transacting.action;
  return await withDeadline(
    { signal, owner: over.signal, timeoutMs, action },
    (context) => transacting.run(context),
  );
}
