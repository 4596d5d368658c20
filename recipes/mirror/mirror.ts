import { SYSTEM_CLOCK } from "../../api/waiting/mod.ts";
import type { Keyspace } from "../../mod.ts";
import { Mirroring } from "./_mirroring.ts";
import { mirrorSettings } from "./_settings.ts";
import type { Mirror, MirrorOptions } from "./types.ts";

/**
 * Copies the keys with a prefix from one cluster, or part of one, to another,
 * and keeps the copies up to date: to move to another cluster, or to have a
 * range near those who read it.
 *
 * - It copies one revision, then follows all changes from the next one on,
 *   deletions too. A transaction of the source is one of the target, as long as
 *   that takes so many operations; several may be joined.
 * - The checkpoint is written in the same transactions. So it always tells which
 *   revision the copies are equal to, and a mirror that is started again goes on
 *   from there.
 * - Where the changes cannot be followed, as they were compacted or an older
 *   snapshot was restored, it compares both sides, and writes the differences.
 * - Leases are not copied: a copy stays until its key is gone in the source.
 * - It ends for a reason that does not pass, such as a missing permission, a
 *   target that is full, or another mirror with the same checkpoint.
 *
 * Resolves when nothing of what it finds is refused; the copying goes on behind
 * that.
 *
 * ```ts
 * import type { Client } from "@etcdeno/client";
 * import { mirror } from "@etcdeno/client/recipes";
 *
 * async function move(from: Client, to: Client): Promise<void> {
 *   const options = { prefix: "config/", checkpoint: "mirrors/config" };
 *   await using copy = await mirror(from, to, options);
 *   await copy.waitFor(1n);
 *   console.log("copied", copy.progress.keys);
 * }
 * ```
 *
 * Throws the error of either client if a side cannot be reached at the start,
 * and the reason of a `signal` that is aborted.
 *
 * @throws {InvalidOptionError} If an argument or option is not acceptable. Also
 * if source and target are one cluster, and the mirror would copy what it writes.
 * @throws {EtcdError} With the code `already_exists` if the destination has keys
 * already, or the checkpoint is that of another mirror, and `existing` is not
 * `replace`.
 */
export async function mirror(
  source: Keyspace,
  target: Keyspace,
  options: MirrorOptions,
): Promise<Mirror> {
  const settings = mirrorSettings(source, target, options);
  options.signal?.throwIfAborted();
  const mirroring = new Mirroring(settings, SYSTEM_CLOCK);
  await mirroring.start();
  return mirroring;
}
