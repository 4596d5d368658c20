import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { Scenario } from "../../../../scenarios/scenario.ts";
import { DEFAULT_TRANSPORT } from "../../../../scenarios/transports.ts";
import { StandInCluster } from "../_stand_in_cluster.ts";
import { recording, scenario } from "../_stand_in_scenario.ts";
import { GOOD, NONE_FAILS, runCompare as run } from "./_run.ts";

Deno.test("compare() ends with 0 when every cell is as expected", async () => {
  const { exitCode, result, verdicts, clusters, stdout } = await run([
    scenario(1, GOOD, NONE_FAILS),
    scenario(2, GOOD, NONE_FAILS),
  ]);
  assertEquals(exitCode, 0);
  assertEquals(verdicts, ["expected", "expected", "expected", "expected"]);
  assertEquals(
    result?.cells.map((cell) => `${cell.scenario.id} ${cell.strategy}`),
    ["1 one", "1 two", "2 one", "2 two"],
  );
  assertEquals(result?.options, {
    strategies: ["one", "two"],
    transports: [DEFAULT_TRANSPORT],
    scenarios: [1, 2],
    callTimeoutMs: 100,
    runs: 1,
    jobs: 1,
  });
  assertEquals(result?.etcd.members, ["m1", "m2", "m3"]);
  assertEquals(clusters.length, 1);
  assertEquals(clusters[0]?.closes, 1);
  assertMatch(stdout, /\n4 cells: 4 as expected, 0 not as expected\n$/);
});

Deno.test("compare() ends with 1 when a cell differs", async () => {
  const { exitCode, verdicts, stdout } = await run([
    scenario(1, { ...GOOD, two: recording({ failed: 1 }) }, NONE_FAILS),
  ]);
  assertEquals(exitCode, 1);
  assertEquals(verdicts, ["expected", "unexpected"]);
  assertStringIncludes(stdout, "1 of 4 calls failed, not 0");
  assertMatch(stdout, /\n2 cells: 1 as expected, 1 not as expected\n$/);
});

Deno.test("compare() goes on after a scenario that throws, and ends with 1", async () => {
  const { exitCode, result, verdicts, clusters, stdout } = await run([
    scenario(1, { ...GOOD, one: new TypeError("no such thing") }, NONE_FAILS),
    scenario(2, GOOD, NONE_FAILS),
  ]);
  assertEquals(exitCode, 1);
  assertEquals(verdicts, ["threw", "expected", "expected", "expected"]);
  const [cell] = result?.cells ?? [];
  assert(cell?.verdict === "threw");
  assertEquals(cell.error, "TypeError: no such thing");
  assertStringIncludes(cell.stack ?? "", "compare/run/run_test.ts");
  assertEquals(clusters.length, 1);
  assertStringIncludes(stdout, "failed: TypeError: no such thing");
});

Deno.test("compare() skips what the server is too old for", async () => {
  const { exitCode, result, verdicts, stdout } = await run([
    { ...scenario(1, GOOD, NONE_FAILS), etcd: { atLeast: "3.6" } },
    { ...scenario(2, GOOD, NONE_FAILS), etcd: { atLeast: "3.5" } },
  ]);
  assertEquals(exitCode, 0);
  assertEquals(verdicts, ["skipped", "skipped", "expected", "expected"]);
  const [cell] = result?.cells ?? [];
  assert(cell?.verdict === "skipped");
  assertEquals(cell.reason, "it needs etcd 3.6 or later");
  assertMatch(stdout, /2 skipped/);
});

Deno.test("compare() takes a new cluster when one cannot be reset", async () => {
  const used: unknown[] = [];
  const breaking: Scenario = {
    ...scenario(1, GOOD, NONE_FAILS),
    run({ cluster }) {
      used.push(cluster);
      const standIn = cluster as unknown as StandInCluster;
      standIn.resetFailure = new Error("m1 is gone");
      return Promise.resolve(recording());
    },
  };
  const { exitCode, clusters, stderr } = await run([breaking]);
  assertEquals(exitCode, 0);
  assertEquals(clusters.length, 2);
  assertEquals(used, clusters);
  assertEquals(clusters.map(({ closes }) => closes), [1, 1]);
  assertStringIncludes(stderr, "A new cluster takes over: m1 is gone");
});

Deno.test("compare() ends with 1 and what it has when clusters run out", async () => {
  const first = new StandInCluster();
  const breaking: Scenario = {
    ...scenario(1, GOOD, NONE_FAILS),
    run() {
      first.resetFailure = new Error("m1 is gone");
      return Promise.resolve(recording());
    },
  };
  let starts = 0;
  const { exitCode, result, verdicts, stdout } = await run([breaking], {
    startCluster: () =>
      starts++ === 0
        ? Promise.resolve(first.asCluster)
        : Promise.reject(new Error("no ports left")),
  });
  assertEquals(exitCode, 1);
  assertEquals(result?.ended, "failed");
  assertEquals(verdicts, ["expected", "not run"]);
  assertMatch(stdout, /1 not run; the run ended early: no ports left\n$/);
});

Deno.test("compare() ends with 1 when there is no cluster at all", async () => {
  const { exitCode, result, stderr, stdout } = await run(
    [scenario(1, GOOD)],
    { startCluster: () => Promise.reject(new Error("no etcd here")) },
  );
  assertEquals(exitCode, 1);
  assertEquals(result, undefined);
  assertEquals(stderr, "no etcd here\n");
  assertEquals(stdout, "");
});

Deno.test("compare() leaves the cluster it was given open", async () => {
  const cluster = new StandInCluster();
  const { exitCode, clusters } = await run(
    [scenario(1, GOOD, NONE_FAILS)],
    { cluster: cluster.asCluster },
  );
  assertEquals(exitCode, 0);
  assertEquals(clusters, []);
  assert(cluster.resets >= 2);
  assertEquals(cluster.closes, 0);
});

Deno.test("compare() ends with 130 and what it has when interrupted", async () => {
  const interrupt = new AbortController();
  const waiting: Scenario = {
    ...scenario(2, GOOD, NONE_FAILS),
    run: ({ signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
        interrupt.abort();
      }),
  };
  const { exitCode, result, verdicts, clusters, stdout } = await run(
    [scenario(1, GOOD, NONE_FAILS), waiting, scenario(3, GOOD)],
    { signal: interrupt.signal },
  );
  assertEquals(exitCode, 130);
  assertEquals(result?.ended, "interrupted");
  assertEquals(verdicts, [
    "expected",
    "expected",
    "not run",
    "not run",
    "not run",
    "not run",
  ]);
  assertEquals(clusters[0]?.closes, 1);
  assertMatch(
    stdout,
    /\n6 cells: 2 as expected, 0 not as expected, 4 not run: interrupted\n$/,
  );
});

Deno.test("compare() ends with 130 when interrupted before the first cell", async () => {
  const { exitCode, result, stderr } = await run([scenario(1, GOOD)], {
    signal: AbortSignal.abort(),
    startCluster: () => Promise.reject(AbortSignal.abort().reason),
  });
  assertEquals(exitCode, 130);
  assertEquals(result, undefined);
  assertEquals(stderr, "Interrupted before the first scenario\n");
});

Deno.test("compare() gives up a scenario that takes too long", async () => {
  const slow: Scenario = {
    ...scenario(1, GOOD, NONE_FAILS),
    run: ({ signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
      }),
  };
  const { exitCode, verdicts, stdout } = await run(
    [slow, scenario(2, GOOD, NONE_FAILS)],
    { cellLimitMs: 10 },
  );
  assertEquals(exitCode, 1);
  assertEquals(verdicts, ["threw", "threw", "expected", "expected"]);
  assertStringIncludes(stdout, "not done after 10 ms");
});

Deno.test("compare() does not judge a strategy nothing is expected of", async () => {
  const { exitCode, verdicts, stdout } = await run([scenario(1, GOOD)]);
  assertEquals(exitCode, 0);
  assertEquals(verdicts, ["unjudged", "unjudged"]);
  assertMatch(
    stdout,
    /\n2 cells: 0 as expected, 0 not as expected, 2 not judged\n$/,
  );
});

Deno.test("compare() writes the result to a file, also of a bad run", async () => {
  const json = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const { exitCode, result, stderr } = await run(
      [scenario(1, { ...GOOD, one: new Error("bad") }, NONE_FAILS)],
      { json },
    );
    assertEquals(exitCode, 1);
    assertEquals(JSON.parse(await Deno.readTextFile(json)), result);
    assertStringIncludes(stderr, `Everything measured is in ${json}\n`);
  } finally {
    await Deno.remove(json);
  }
});
