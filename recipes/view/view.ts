import { SYSTEM_CLOCK } from "../../api/waiting/mod.ts";
import type { Key, KeyRange, Keyspace } from "../../mod.ts";
import { LiveView } from "./_live_view.ts";
import { type GivenViewOptions, viewSettings } from "./_settings.ts";
import type { CodecViewOptions, View, ViewOptions } from "./types.ts";

/**
 * Reads a range, and keeps it in memory as it changes in etcd: configuration that
 * is there when it is asked for, or the members of a service.
 *
 * - It starts from one revision and follows from the next one: no change is
 *   missed, and none is told twice.
 * - Where the changes cannot be followed any more, as they were compacted or an
 *   older snapshot was restored, it reads the range again by itself, and tells
 *   the differences.
 * - It ends for a reason that does not pass, such as a permission taken away or a
 *   client that was closed. Reading it throws that from then on.
 *
 * ```ts
 * import { type Client, prefix } from "@etcdeno/client";
 * import { json, view } from "@etcdeno/client/recipes";
 *
 * async function limits(client: Client): Promise<void> {
 *   const codec = json<number>();
 *   await using limits = await view(client, prefix("limits/"), { codec });
 *   console.log(limits.get("limits/uploads") ?? 10);
 *   for await (const { changes } of limits.changes()) console.log(changes);
 * }
 * ```
 *
 * Throws the error of the client if the range cannot be read at the start, and
 * the reason of a `signal` that is aborted.
 *
 * @throws {InvalidOptionError} If an argument or option is not acceptable.
 * @throws {CodecError} If a value does not decode at the start, and there is no
 * `onInvalid`.
 */
export function view<T>(
  ks: Keyspace,
  keyOrRange: Key | KeyRange,
  options: CodecViewOptions<T>,
): Promise<View<T>>;
/** The same for values that are text. */
export function view(
  ks: Keyspace,
  keyOrRange: Key | KeyRange,
  options?: ViewOptions,
): Promise<View<string>>;
export async function view<T>(
  ks: Keyspace,
  keyOrRange: Key | KeyRange,
  options: GivenViewOptions<T> = {},
): Promise<View<T>> {
  const settings = viewSettings<T>(ks, keyOrRange, options);
  settings.signal?.throwIfAborted();
  const live = new LiveView(settings, SYSTEM_CLOCK);
  await live.start();
  return live;
}
