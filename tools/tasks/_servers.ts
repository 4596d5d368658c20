/** `deno task test:servers`: what stands in front of etcd, and the table. */
import {
  markdownTable,
  type Marks,
  measuredWith,
  note,
  putBetweenMarks,
  type Runtime,
  thisRuntime,
  wrap,
} from "../output/mod.ts";
import { runTests } from "./_runs.ts";

/** One cell, as the tests write it: `tests/servers/_suite.ts`. */
interface Cell {
  readonly column: string;
  readonly columnAt: number;
  readonly setup: string;
  readonly version: string;
  readonly title: string;
  readonly rowAt: number;
  readonly text: string;
  /** The number of cells in all. */
  readonly of: number;
}

const PAGE = new URL("../../docs/measured/servers.md", import.meta.url);
/** Between these lines of the page stands the table. */
export const MARKS: Marks = {
  begin: "<!-- servers:begin -->",
  end: "<!-- servers:end -->",
};

/**
 * Runs the checks, and writes the table where all of them passed; resolves to
 * the exit code.
 */
export async function runServers(args: readonly string[]): Promise<number> {
  const report = await Deno.makeTempFile({
    // Where tests may write.
    dir: "/tmp",
    prefix: "etcdeno-servers-",
  });
  try {
    const code = await runTests({
      // Most of the time they wait.
      groups: [{ paths: ["tests/servers"], flags: ["--parallel"], jobs: 2 }],
      etcd: "required",
      env: { ETCDENO_SERVERS_REPORT: report },
    }, args);
    const cells = readCells(await Deno.readTextFile(report));
    if (code !== 0 || cells.length !== cells[0]?.of) {
      note("docs/measured/servers.md stays as it is: not all of it was run");
      return code;
    }
    const page = await Deno.readTextFile(PAGE);
    const summary = serversSummary(cells, thisRuntime());
    await Deno.writeTextFile(
      PAGE,
      putBetweenMarks(page, { marks: MARKS, summary }),
    );
    note("docs/measured/servers.md has the table of this run");
    return code;
  } finally {
    await Deno.remove(report);
  }
}

/** The cells of a report, a line of JSON each. */
export function readCells(report: string): Cell[] {
  return report.split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Cell);
}

/** The summary: the versions and the machine, and the table. */
export function serversSummary(
  cells: readonly Cell[],
  runtime: Runtime,
): string {
  // Each column names the version of its server.
  const about = wrap(measuredWith(runtime), { width: 80, lead: "" });
  return [...about, "", serversTable(cells)].join("\n");
}

/** A row for each check, a column for each server. */
export function serversTable(cells: readonly Cell[]): string {
  const columns = Map.groupBy(
    cells.toSorted((one, other) => one.columnAt - other.columnAt),
    ({ column }) => column,
  );
  const heads = [...columns.values()].flatMap(([first]) => first ?? []);
  const rows = Map.groupBy(
    cells.toSorted((one, other) =>
      one.rowAt - other.rowAt || one.columnAt - other.columnAt
    ),
    ({ title }) => title,
  );
  const lines = markdownTable([
    ["", ...heads.map(({ column, version }) => `${column} ${version}`)],
    ["set up", ...heads.map(({ setup }) => setup)],
    ...[...rows].map(([title, row]) => [title, ...row.map(({ text }) => text)]),
  ]);
  return `${lines.join("\n")}\n`;
}
