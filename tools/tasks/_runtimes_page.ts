/** The support matrix: which runtime passes with which server. */
import {
  markdownTable,
  type Marks,
  measuredWith,
  type Runtime,
  wrap,
} from "../output/mod.ts";

/** The findings of the conformance run on one runtime, with one server. */
export interface ConformanceRun {
  /** Such as `Node 22`. */
  readonly runtime: string;
  /** Such as `22.21.1`. */
  readonly runtimeVersion: string;
  /** Such as `etcd 3.5`, `kine`, or `nginx`. */
  readonly server: string;
  /** Such as `3.5.16`. */
  readonly serverVersion: string;
  /** The number of checks that passed. */
  readonly passed: number;
  /** The titles of those that failed. */
  readonly failed: readonly string[];
}

/** Between these lines of docs/measured/runtimes.md stands the table. */
export const RUNTIMES_MARKS: Marks = {
  begin: "<!-- runtimes:begin -->",
  end: "<!-- runtimes:end -->",
};

/**
 * The runs known so far: a later one of the same runtime and server takes the
 * place of the one before. In the order of servers, then of runtimes, in which
 * they were first seen.
 */
export function joinRuns(
  known: readonly ConformanceRun[],
  newer: readonly ConformanceRun[],
): readonly ConformanceRun[] {
  const runs = new Map<string, ConformanceRun>();
  for (const run of [...known, ...newer]) {
    runs.set(JSON.stringify([run.runtime, run.server]), run);
  }
  return [...runs.values()];
}

/** The summary: versions, machine and table. */
export function runtimesSummary(
  runs: readonly ConformanceRun[],
  runtime: Runtime,
): string {
  // The rows name the versions of their servers.
  const about = wrap(measuredWith(runtime), { width: 80, lead: "" });
  return [...about, "", runtimesTable(runs)].join("\n");
}

/** A row for each server, a column for each runtime. */
export function runtimesTable(runs: readonly ConformanceRun[]): string {
  const runtimes = [...new Set(runs.map(({ runtime }) => runtime))];
  const servers = Map.groupBy(runs, ({ server }) => server);
  const lines = markdownTable([
    ["", ...runtimes.map((name) => headOf(name, runs))],
    ...[...servers].map(([, row]) => [
      named(row.map(serverOf)),
      ...runtimes.map((name) =>
        cellOf(row.find(({ runtime }) => runtime === name))
      ),
    ]),
  ]);
  return `${lines.join("\n")}\n`;
}

/** A name that ends with the beginning of its version is not said twice. */
function headOf(name: string, runs: readonly ConformanceRun[]): string {
  const versions = runs.filter(({ runtime }) => runtime === name)
    .map(({ runtimeVersion }) => runtimeVersion);
  return named(versions.map((version) => withVersion(name, version)));
}

function serverOf({ server, serverVersion }: ConformanceRun): string {
  return withVersion(server, serverVersion);
}

function withVersion(name: string, version: string): string {
  return `${name.replace(/ [\d.]+$/, "")} ${version}`;
}

function named(texts: readonly string[]): string {
  return [...new Set(texts)].join(", ");
}

function cellOf(run: ConformanceRun | undefined): string {
  if (run === undefined) return "not run";
  const { passed, failed } = run;
  return failed.length === 0
    ? `✔ ${passed}`
    : `${passed} of ${passed + failed.length}; not: ${failed.join(", ")}`;
}
