import { Client } from "../mod.ts";
import { startBenchCluster } from "./_prepare_cluster.ts";
import { ownCommand } from "./_program.ts";
import { runToEnd } from "./_run_program.ts";
import type { ScaleMeasured } from "./_result.ts";

// Each at a tenth too, to tell how it grows.
const STEPS: readonly {
  readonly kind: "watchers" | "leases" | "list" | "snapshot";
  readonly title: string;
  readonly counts: readonly number[];
}[] = [
  { kind: "watchers", title: "watchers", counts: [1_000, 10_000] },
  { kind: "leases", title: "leases kept alive", counts: [1_000, 10_000] },
  { kind: "list", title: "keys listed", counts: [100_000, 1_000_000] },
  { kind: "snapshot", title: "MiB of a snapshot", counts: [10, 100] },
];
const PROGRAM = new URL("./scale/main.ts", import.meta.url);
const LOADED_AT_ONCE = 10_000;
const VALUE = new TextEncoder().encode("v".repeat(64));
const MIB = 1_024 ** 2;
const PIECES_PER_MIB = 4;

/** Very many watchers, leases and keys on one client, each in a process. */
export async function measureScale(
  endpoint: string,
  { onProgress }: { readonly onProgress: (line: string) => void },
): Promise<readonly ScaleMeasured[]> {
  const measured: ScaleMeasured[] = [];
  for (const { kind, title, counts } of STEPS) {
    for (const count of counts) {
      onProgress(`${count} ${title}`);
      await using cluster = kind === "snapshot"
        ? await fresh(count)
        : undefined;
      if (kind === "list") await load(endpoint, count);
      const { output, peakMiB = NaN } = await runToEnd(
        ownCommand(PROGRAM, {
          EP: cluster?.endpoint ?? endpoint,
          KIND: kind,
          N: String(count),
        }),
      );
      measured.push({ title, count, peakMiB, ...JSON.parse(output) });
    }
  }
  return measured;
}

/** Writes the keys of a list, each list below a prefix of its own. */
async function load(endpoint: string, count: number): Promise<void> {
  await using client = new Client({ endpoints: endpoint, batch: "all" });
  for (let from = 0; from < count; from += LOADED_AT_ONCE) {
    await Promise.all(
      Array.from(
        { length: LOADED_AT_ONCE },
        (_, at) =>
          client.put(
            `bench/list${count}/${String(from + at).padStart(8, "0")}`,
            VALUE,
          ),
      ),
    );
  }
}

/** A member of its own, whose database has so many MiB. */
async function fresh(
  mib: number,
): Promise<AsyncDisposable & { readonly endpoint: string }> {
  const { cluster, endpoints: [endpoint = ""] } = await startBenchCluster({
    members: 1,
  });
  const value = new Uint8Array(MIB / PIECES_PER_MIB);
  await using client = new Client({ endpoints: endpoint });
  for (let at = 0; at < mib * PIECES_PER_MIB; at++) {
    await client.put(`bench/snapshot/${at}`, value);
  }
  return {
    endpoint,
    [Symbol.asyncDispose]: () => cluster.close(),
  };
}
