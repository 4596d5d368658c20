/** `deno task test:runtimes`: the client on Deno, Node and Bun, and the table. */
import { note, putBetweenMarks, thisRuntime } from "../output/mod.ts";
import { runTests } from "./_runs.ts";
import {
  type ConformanceRun,
  joinRuns,
  RUNTIMES_MARKS,
  runtimesSummary,
} from "./_runtimes_page.ts";

const RUNTIMES = ["Deno", "Node 22", "Node 24", "Bun"];
const KINDS = [/^etcd \d/, /^over grpc-js/, /^/];
const FOLDER = new URL("../../docs/measured/", import.meta.url);
const PAGE = new URL("runtimes.md", FOLDER);
/** The runs so far, as one of them has but one etcd. */
const RUNS = new URL("runtimes.json", FOLDER);

/**
 * Runs the conformance program on every runtime. With `--write`, what it found
 * joins the table of those before; resolves to the exit code.
 */
export async function runRuntimes(args: readonly string[]): Promise<number> {
  const writes = args.includes("--write");
  const report = await Deno.makeTempFile({
    // Where tests may write.
    dir: "/tmp",
    prefix: "etcdeno-runtimes-",
  });
  try {
    const code = await runTests({
      // Most of the time they wait.
      groups: [{ paths: ["tests/runtimes"], flags: ["--parallel"], jobs: 3 }],
      etcd: "required",
      // Where npm serves no packages.
      allMayBeSkipped: true,
      env: { ETCDENO_RUNTIMES_REPORT: report },
    }, args.filter((arg) => arg !== "--write"));
    if (writes) await write(readRuns(await Deno.readTextFile(report)));
    return code;
  } finally {
    await Deno.remove(report);
  }
}

/** The runs of a report, a line of JSON each. */
export function readRuns(report: string): ConformanceRun[] {
  return report.split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ConformanceRun);
}

/** As the table has them, whichever of them was done first. */
export function inOrder(
  runs: readonly ConformanceRun[],
): readonly ConformanceRun[] {
  const kind = ({ server }: ConformanceRun) =>
    KINDS.findIndex((one) => one.test(server));
  const column = ({ runtime }: ConformanceRun) => RUNTIMES.indexOf(runtime);
  return runs.toSorted((one, other) =>
    kind(one) - kind(other) || one.server.localeCompare(other.server) ||
    column(one) - column(other)
  );
}

async function write(newer: readonly ConformanceRun[]): Promise<void> {
  const known: readonly ConformanceRun[] = JSON.parse(
    await Deno.readTextFile(RUNS),
  );
  const runs = inOrder(joinRuns(known, newer));
  await Deno.writeTextFile(RUNS, `${JSON.stringify(runs, undefined, 2)}\n`);
  await Deno.writeTextFile(
    PAGE,
    putBetweenMarks(await Deno.readTextFile(PAGE), {
      marks: RUNTIMES_MARKS,
      summary: runtimesSummary(runs, thisRuntime()),
    }),
  );
  note("docs/measured/runtimes.md has the table with this run");
}
