/**
 * Very many of something on one client: KIND=watchers|cut|leases|list|snapshot, N of
 * them, or of its MiB. A POST to CUT cuts the connection.
 *
 * @module
 */
import { Client, type ClientOptions } from "../../mod.ts";
import { holdLeases } from "./_leases.ts";
import { listKeys } from "./_list.ts";
import { readSnapshot } from "./_snapshot.ts";
import { stopwatch } from "./_stopwatch.ts";
import type { StepResult } from "./_step.ts";
import { bringBackWatchers, holdWatchers } from "./_watchers.ts";

const MIB = 1_024 ** 2;
const { EP = "127.0.0.1:2379", KIND, N, CUT, TRANSPORT = "http2" } = Deno.env
  .toObject();
const count = Number(N);

await using client = new Client({
  endpoints: EP,
  requestTimeoutMs: false,
  transport: TRANSPORT as ClientOptions["transport"],
});
await client.connect();
const beforeMiB = Deno.memoryUsage().rss / MIB;
const taken = stopwatch();
// deno-lint-ignore no-console -- a program's output
console.log(JSON.stringify({ beforeMiB, ...await run() }));

async function run(): Promise<StepResult> {
  switch (KIND) {
    case "watchers":
      return await holdWatchers(client, { count, taken });
    case "cut":
      return await bringBackWatchers(client, { count, cut: CUT ?? "" });
    case "leases":
      return await holdLeases(client, { count, taken });
    case "list":
      return await listKeys(client, { count, taken });
    case "snapshot":
      return await readSnapshot(client, { count, taken });
  }
  throw new Error(`Cannot run '${KIND}': not known`);
}
