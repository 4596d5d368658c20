/**
 * A program for the test that nothing outlives it: starts a member, prints
 * the directory of its data, then ends as told, without closing anything.
 *
 * Argument: `wait` (to be killed) or `throw`.
 */
import { startEtcd } from "../../../../testing/mod.ts";

const cluster = await startEtcd({ members: 1 });
await Deno.stdout.write(new TextEncoder().encode(`${cluster.dataRoot}\n`));
if (Deno.args[0] === "throw") throw new Error("Cannot go on: as told");
await new Promise(() => setInterval(() => {}, 60_000));
