import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import type { Scenario } from "../../../../scenarios/scenario.ts";
import type { CompareOptions } from "../../../../../tools/compare/_compare.ts";
import type { CompareResult } from "../../../../../tools/compare/result/_result.ts";
import { UsageError } from "../../../../../tools/output/_usage.ts";
import { StandInCluster } from "../_stand_in_cluster.ts";
import { recording, scenario } from "../_stand_in_scenario.ts";
import { GOOD, NONE_FAILS, runCompare } from "./_run.ts";

/** Two scenarios, and which cells of them were run. */
function counted(): { scenarios: readonly Scenario[]; runs: string[] } {
  const runs: string[] = [];
  const scenarios = [1, 2].map((id): Scenario => ({
    ...scenario(id, GOOD, NONE_FAILS),
    run({ subject }) {
      runs.push(`${id} ${subject.name}`);
      return Promise.resolve(recording());
    },
  }));
  return { scenarios, runs };
}

/** A file with a run that was interrupted in its second cell. */
async function interrupted(): Promise<
  { readonly json: string } & AsyncDisposable
> {
  const json = await Deno.makeTempFile({ suffix: ".json" });
  const interrupt = new AbortController();
  const [first, second] = counted().scenarios;
  if (first === undefined || second === undefined) throw new Error("None");
  const stopping: Scenario = {
    ...first,
    run({ subject, signal }) {
      if (subject.name === "one") return Promise.resolve(recording());
      interrupt.abort();
      return Promise.reject(signal?.reason);
    },
  };
  const { exitCode, verdicts, stderr } = await runCompare([stopping, second], {
    json,
    signal: interrupt.signal,
  });
  assertEquals(exitCode, 130);
  assertEquals(verdicts, ["expected", "not run", "not run", "not run"]);
  assertStringIncludes(stderr, "The same command with --resume");
  return { json, [Symbol.asyncDispose]: () => Deno.remove(json) };
}

async function readResult(json: string): Promise<CompareResult> {
  return JSON.parse(await Deno.readTextFile(json));
}

Deno.test("compare() resumes with the cells that had no turn", async () => {
  await using file = await interrupted();
  const before = await readResult(file.json);
  const { scenarios, runs } = counted();
  const { exitCode, result, stderr } = await runCompare(scenarios, {
    json: file.json,
    resume: true,
  });
  assertEquals(exitCode, 0);
  assertEquals(runs, ["1 two", "2 one", "2 two"]);
  assertMatch(stderr, /^\[2\/4\] two \| #1 /m);
  assertEquals(result?.ended, "complete");
  assertEquals(result?.startedAt, before.startedAt);
  assertEquals(result?.cells[0], before.cells[0]);
  assertEquals(await readResult(file.json), result);
});

Deno.test("compare() only reports a complete run, without a cluster", async () => {
  await using file = await interrupted();
  const options = { json: file.json, resume: true };
  const { result } = await runCompare(counted().scenarios, options);
  const { scenarios, runs } = counted();
  const again = await runCompare(scenarios, options);
  assertEquals(again.result, result);
  assertEquals(again.clusters, []);
  assertEquals(runs, []);
  assertStringIncludes(
    again.stdout,
    "4 cells: 4 as expected, 0 not as expected",
  );
});

const OTHER_PLANS: readonly (readonly [CompareOptions, says: string])[] = [
  [{ callTimeoutMs: 300 }, "--call-timeout-ms was 100, is 300"],
  [{ runs: 2 }, "--runs was 1, is 2"],
  [{ only: "#1" }, "--only was not given, is #1"],
  [{ scenarios: [scenario(7, {})] }, "--scenarios was 1,2, is 7"],
  [
    { subjects: [{ name: "one", balancer: "grpc1.0" }] },
    "--strategies was one,two, is one",
  ],
  [
    { scenarios: [scenario(1, GOOD), scenario(2, GOOD, NONE_FAILS)] },
    "the catalogue has changed one | #1; the catalogue has changed two | #1",
  ],
];

for (const [options, says] of OTHER_PLANS) {
  Deno.test(`compare() refuses to resume when ${says}`, async () => {
    await using file = await interrupted();
    const before = await Deno.readTextFile(file.json);
    const error = await assertRejects(
      () =>
        runCompare(counted().scenarios, {
          json: file.json,
          resume: true,
          ...options,
        }),
      UsageError,
    );
    assertEquals(
      error.message,
      `Cannot compare: --resume cannot go on with ${file.json}: ${says}`,
    );
    assertEquals(await Deno.readTextFile(file.json), before);
  });
}

Deno.test("compare() refuses to resume on another server or client", async () => {
  await using file = await interrupted();
  const { scenarios, runs } = counted();
  const before = await readResult(file.json);
  const resume = () => runCompare(scenarios, { json: file.json, resume: true });
  const put = (result: CompareResult) =>
    Deno.writeTextFile(file.json, JSON.stringify(result));
  await put({ ...before, etcd: { ...before.etcd, version: "3.4.23" } });
  await assertRejects(
    resume,
    UsageError,
    `etcd was 3.4.23, is ${new StandInCluster().binaries.version}`,
  );
  await put({ ...before, runtime: { ...before.runtime, client: "0.0.1" } });
  await assertRejects(resume, UsageError, "the client was 0.0.1, is ");
  assertEquals(runs, []);
});

Deno.test("compare() refuses to resume from a file that is no result", async () => {
  const json = await Deno.makeTempFile();
  const resume = () => runCompare([], { json, resume: true });
  try {
    await assertRejects(resume, UsageError, `cannot read ${json}`);
    await Deno.writeTextFile(json, "null");
    await assertRejects(resume, UsageError, "it is no result");
  } finally {
    await Deno.remove(json);
  }
  await assertRejects(resume, UsageError, "NotFound");
});
