import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Scenario } from "../../../../scenarios/scenario.ts";
import type { CompareOptions } from "../../../../../tools/compare/_compare.ts";
import { StandInCluster } from "../_stand_in_cluster.ts";
import { recording, scenario } from "../_stand_in_scenario.ts";
import { GOOD, NONE_FAILS, runCompare } from "./_run.ts";

/** A scenario of which so many must be running before any of them ends. */
function together(count: number, id: number, seen: unknown[]): Scenario {
  return {
    ...scenario(id, GOOD, NONE_FAILS),
    async run({ cluster }) {
      seen.push(cluster);
      if (seen.length === count) gate.resolve();
      await gate.promise;
      return recording();
    },
  };
}

let gate = Promise.withResolvers<void>();

Deno.test("compare() spreads the cells over clusters, in the order of the catalogue", async () => {
  gate = Promise.withResolvers();
  const seen: unknown[] = [];
  const { exitCode, result, clusters } = await runCompare(
    [together(3, 1, seen), together(3, 2, seen)],
    { jobs: 3 },
  );
  assertEquals(exitCode, 0);
  assertEquals(clusters.length, 3);
  assertEquals(new Set(seen.slice(0, 3)).size, 3);
  assertEquals(clusters.map(({ closes }) => closes), [1, 1, 1]);
  assertEquals(
    result?.cells.map((cell) => `${cell.scenario.id} ${cell.strategy}`),
    ["1 one", "1 two", "2 one", "2 two"],
  );
  assertEquals(result?.options.jobs, 3);
});

Deno.test("compare() starts no more clusters than there are cells", async () => {
  const { clusters } = await runCompare(
    [scenario(1, GOOD, NONE_FAILS)],
    { jobs: 16 },
  );
  assertEquals(clusters.length, 2);
});

Deno.test("compare() closes the clusters it has when another cannot start", async () => {
  const first = new StandInCluster();
  let starts = 0;
  const { exitCode, result, stderr } = await runCompare(
    [scenario(1, GOOD, NONE_FAILS)],
    {
      jobs: 2,
      startCluster: () =>
        starts++ === 0
          ? Promise.resolve(first.asCluster)
          : Promise.reject(new Error("no ports left")),
    },
  );
  assertEquals(exitCode, 1);
  assertEquals(result, undefined);
  assertEquals(first.closes, 1);
  assertStringIncludes(stderr, "no ports left");
});

Deno.test("compare() runs each cell as often as it is to, on a repaired cluster", async () => {
  let calls = 0;
  const worse: Scenario = {
    ...scenario(1, GOOD, NONE_FAILS),
    run: () => Promise.resolve(recording({ failed: calls++ === 1 ? 1 : 0 })),
  };
  const options: CompareOptions = { runs: 3 };
  const { exitCode, result, verdicts, clusters, stdout } = await runCompare(
    [worse],
    options,
  );
  assertEquals(exitCode, 1);
  assertEquals(verdicts, ["unexpected", "expected"]);
  assertEquals(calls, 6);
  assertEquals(clusters[0]?.resets, 6);
  const [cell] = result?.cells ?? [];
  assertEquals(
    cell && "runs" in cell && cell.runs?.map(({ verdict }) => verdict),
    ["expected", "unexpected", "expected"],
  );
  assertStringIncludes(stdout, "≠ one      0/4 (0–1)");
});

Deno.test("compare() runs only the cells that --only matches", async () => {
  const { result } = await runCompare(
    [scenario(1, GOOD, NONE_FAILS), scenario(2, GOOD, NONE_FAILS)],
    { only: "two | #2" },
  );
  assertEquals(
    result?.cells.map((cell) => `${cell.scenario.id} ${cell.strategy}`),
    ["2 two"],
  );
  assertEquals(result?.options.only, "two | #2");
});

Deno.test("compare() ends every job when interrupted, and keeps what had ended", async () => {
  const interrupt = new AbortController();
  let waiting = 0;
  const stuck: Scenario = {
    ...scenario(2, GOOD, NONE_FAILS),
    run: ({ signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
        if (++waiting === 2) interrupt.abort();
      }),
  };
  const { exitCode, verdicts, clusters } = await runCompare(
    [scenario(1, GOOD, NONE_FAILS), stuck, scenario(3, GOOD, NONE_FAILS)],
    { jobs: 2, signal: interrupt.signal },
  );
  assertEquals(exitCode, 130);
  assertEquals(verdicts, [
    "expected",
    "expected",
    "not run",
    "not run",
    "not run",
    "not run",
  ]);
  assertEquals(clusters.map(({ closes }) => closes), [1, 1]);
});
