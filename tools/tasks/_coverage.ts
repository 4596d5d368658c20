/** `deno task test:coverage`: how much of the published code unit tests run. */
import { print } from "../output/mod.ts";
import { runDeno } from "./_child.ts";
import { runTests, type TestGroup } from "./_runs.ts";

const ROOT = new URL("../../", import.meta.url);
/** The folder of the reports; git ignores it. */
const REPORTS = new URL(".etcdeno/coverage/", ROOT);

/** The published files, as the profiles name them. */
const PUBLISHED = `^${RegExp.escape(ROOT.href)}` +
  String.raw`(mod\.ts|(api|balancers|errors|gateway|proto|recipes|testing)/)`;
/** Generated messages would only flatter the figures. */
const GENERATED = "/proto/gen/";

/**
 * Runs the tests, prints a row for each file and the sum, and leaves that as
 * `summary.txt`, with `lcov.info` for programs; resolves to the exit code.
 */
export async function runCoverage(
  group: TestGroup,
  args: readonly string[],
): Promise<number> {
  const profiles = await Deno.makeTempDir({ prefix: "etcdeno-coverage-" });
  try {
    const flags = [`--coverage=${profiles}`, "--coverage-raw-data-only"];
    const code = await runTests({
      groups: [{ ...group, flags: [...group.flags ?? [], ...flags] }],
      etcd: "wanted",
    }, args);
    const summary = await report(profiles, []);
    print(summary);
    await Deno.mkdir(REPORTS, { recursive: true });
    await Deno.writeTextFile(new URL("summary.txt", REPORTS), summary);
    await Deno.writeTextFile(
      new URL("lcov.info", REPORTS),
      await report(profiles, ["--lcov"]),
    );
    print(allFiles(summary));
    return code;
  } finally {
    await Deno.remove(profiles, { recursive: true });
  }
}

async function report(
  profiles: string,
  flags: readonly string[],
): Promise<string> {
  const { code, output } = await runDeno([
    "coverage",
    `--include=${PUBLISHED}`,
    `--exclude=${GENERATED}`,
    ...flags,
    profiles,
  ], { env: { NO_COLOR: "1" }, output: "hold" });
  if (code !== 0) throw new Error(`Cannot report the coverage: ${output}`);
  return output;
}

/** The sum in one line, from the last row of `deno coverage`. */
export function allFiles(summary: string): string {
  const [, branches, functions, lines] =
    /^\| All files +\| +([\d.]+) \| +([\d.]+) \| +([\d.]+) \|/m.exec(summary) ??
      [];
  if (lines === undefined) throw new Error("Cannot find the sum of coverage");
  return `coverage: ${lines} % of lines, ${branches} % of branches, ${functions} % of functions`;
}
