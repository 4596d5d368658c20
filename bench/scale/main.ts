/**
 * Very many of something on one client: KIND=watchers|leases|list|snapshot, N of
 * them, or of its MiB.
 *
 * @module
 */
import { Client } from "../../mod.ts";
import { holdLeases } from "./_leases.ts";
import { listKeys } from "./_list.ts";
import { readSnapshot } from "./_snapshot.ts";
import type { StepResult } from "./_step.ts";
import { holdWatchers } from "./_watchers.ts";

const MIB = 1_024 ** 2;
const { EP = "127.0.0.1:2379", KIND, N } = Deno.env.toObject();
const count = Number(N);

await using client = new Client({ endpoints: EP, requestTimeoutMs: false });
await client.connect();
const beforeMiB = Deno.memoryUsage().rss / MIB;
const startedAt = performance.now();
const seconds = () => (performance.now() - startedAt) / 1_000;
// deno-lint-ignore no-console -- a program's output
console.log(JSON.stringify({ beforeMiB, ...await run() }));

async function run(): Promise<StepResult> {
  switch (KIND) {
    case "watchers":
      return await holdWatchers(client, { count, seconds });
    case "leases":
      return await holdLeases(client, { count, seconds });
    case "list":
      return await listKeys(client, { count, seconds });
    case "snapshot":
      return await readSnapshot(client, { count, seconds });
  }
  throw new Error(`Cannot run '${KIND}': not known`);
}
