/** `--from`: reports what earlier runs have found, and runs nothing. */
import type { CompareOutcome } from "./_compare.ts";
import { exitCodeOf } from "./_exit.ts";
import { type OutputFiles, readAgainst, writeOutputs } from "./_output.ts";
import { type CompareResult, readResults } from "./result/mod.ts";
import { compareVersions } from "../../tests/harness/mod.ts";
import { type Sink, UsageError } from "../output/mod.ts";

/**
 * Puts the results of files together, by the versions of their servers, and
 * reports them as if they came of one run.
 *
 * @throws {UsageError} If a file is no result, or two are of one server.
 */
export async function reportFrom(
  files: readonly string[],
  { stdout, stderr, ...outputs }: OutputFiles & {
    readonly stdout: Sink;
    readonly stderr: Sink;
  },
): Promise<CompareOutcome> {
  const found = await Promise.all(
    files.map((file) => readResults("--from", file)),
  );
  const results = found.flat().toSorted((one, other) =>
    compareVersions(one.etcd.version, other.etcd.version)
  );
  checkOnePerServer(results);
  const against = await readAgainst(outputs);
  const changes = await writeOutputs(results, {
    ...outputs,
    against,
    stdout,
    note: (text) => stderr.write(`${text}\n`),
  });
  return { exitCode: exitCodeOf(results, changes), results };
}

function checkOnePerServer(results: readonly CompareResult[]): void {
  const versions = results.map(({ etcd }) => etcd.version);
  const twice = versions.find((one, at) => versions.indexOf(one) < at);
  if (twice === undefined) return;
  throw new UsageError(`--from has two results of etcd ${twice}: give one`);
}
