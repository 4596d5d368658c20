/** Test tasks: provide etcd, run `deno test`, report one line at the end. */
import type { EtcdBinaries } from "../../testing/programs/mod.ts";
import { runDeno } from "./_child.ts";
import { note, print } from "../output/mod.ts";
import { openScratch } from "./_scratch.ts";
import { readTestArgs, type TestArgs, type TransportName } from "./_args.ts";
import {
  addCounts,
  formatCounts,
  NO_TESTS,
  readCounts,
  type TestCounts,
} from "./_counts.ts";

/** Tests of one kind. */
export interface TestGroup {
  /** Files and folders. */
  readonly paths: readonly string[];
  /** Flags for them, such as `--doc`. */
  readonly flags?: readonly string[];
  /** The number of files that run at once, unless `DENO_JOBS` says it. */
  readonly jobs?: number;
}

/** The tests that a task runs. */
export interface TestPlan {
  /** One after another, unless the user names files of the first kind. */
  readonly groups: readonly [TestGroup, ...TestGroup[]];
  /**
   * Whether a server is fetched first. `wanted` goes on without one, as most
   * unit tests need none, unless the user names a version.
   */
  readonly etcd: "required" | "wanted" | "none";
  /** One run each; the default is one run on the default version. */
  readonly versions?: readonly string[];
  /** One run each, of each version; the default is one over the client's own. */
  readonly transports?: readonly TransportName[];
  /** Variables for the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether a run is good in which each test was skipped, with its reason. */
  readonly allMayBeSkipped?: boolean;
  /** Describes the plan, for someone who has to wait for it. */
  readonly describe?: () => Promise<string>;
}

/** Runs a plan with the user's arguments; resolves to the exit code. */
export async function runTests(
  plan: TestPlan,
  userArgs: readonly string[],
): Promise<number> {
  const args = readTestArgs(userArgs);
  const turns = turnsOf(plan, args);
  await using scratch = await openScratch();
  // Whoever chooses tests knows what they are.
  if (args.paths.length + args.flags.length === 0 && plan.describe) {
    note(`Runs${described(turns)}: ${await plan.describe()}`);
  }
  let total = NO_TESTS;
  for (const { version, transport } of turns) {
    const flags = [
      ...scratch.permissionFlags(),
      ...await scratch.importFlags(transport),
    ];
    if (transport !== undefined) note(`over ${transport}`);
    const binaries = await provideEtcd(plan.etcd, version);
    const env = { ...plan.env, ...await scratch.testEnv(binaries) };
    for (const group of groupsOf(plan, args)) {
      const { code, interrupted, output } = await runDeno(
        ["test", ...flags, ...group.flags ?? [], ...args.flags, ...group.paths],
        { env: { ...groupEnv(group, args), ...env }, output: "tee" },
      );
      total = addCounts(total, readCounts(output, code));
      // What was not run has not passed.
      if (interrupted) return report(total, plan) || 1;
    }
  }
  return report(total, plan);
}

/** One run of the tests. */
interface Turn {
  readonly version: string | undefined;
  readonly transport: TransportName | undefined;
}

function turnsOf(
  plan: Pick<TestPlan, "versions" | "transports">,
  { etcd, transport: asked }: TestArgs,
): readonly Turn[] {
  const versions = etcd ? [etcd] : plan.versions ?? [undefined];
  const transports = asked ? [asked] : plan.transports ?? [undefined];
  return versions.flatMap((version) =>
    transports.map((transport) => ({ version, transport }))
  );
}

/** The turns in words; nothing if there is but one. */
function described(turns: readonly Turn[]): string {
  const versions = new Set(turns.map(({ version }) => version));
  const transports = new Set(turns.map(({ transport }) => transport));
  const each = (preposition: string, all: ReadonlySet<unknown>) =>
    all.size > 1 ? ` ${preposition} each of ${[...all].join(", ")}` : "";
  return each("with", versions) + each("over", transports);
}

/** Files the user names are run as those of the first kind. */
function groupsOf(
  { groups }: TestPlan,
  { paths }: TestArgs,
): readonly TestGroup[] {
  return paths.length > 0 ? [{ ...groups[0], paths }] : groups;
}

function groupEnv(
  { jobs }: TestGroup,
  { minutes }: TestArgs,
): Record<string, string> {
  return {
    ...jobs === undefined || Deno.env.has("DENO_JOBS")
      ? {}
      : { DENO_JOBS: String(jobs) },
    ...minutes === undefined ? {} : { ETCDENO_MATRIX_MINUTES: String(minutes) },
  };
}

function report(
  total: TestCounts,
  { allMayBeSkipped = false }: Pick<TestPlan, "allMayBeSkipped">,
): number {
  const { passed, failed, ignored } = total;
  const ran = passed + failed + (allMayBeSkipped ? ignored : 0) > 0;
  if (!ran) note("No test ran: that is a failure");
  print(formatCounts(total));
  return ran && failed === 0 ? 0 : 1;
}

async function provideEtcd(
  need: TestPlan["etcd"],
  version: string | undefined,
): Promise<EtcdBinaries | undefined> {
  if (need === "none") return undefined;
  // Loaded here, so that tasks without etcd do not depend on the harness.
  const { findEtcd } = await import("../../testing/programs/mod.ts");
  try {
    const found = await findEtcd({
      onProgress: note,
      ...(version === undefined ? {} : { version }),
    });
    note(`etcd ${found.version} from ${found.source}`);
    return found;
  } catch (error) {
    // Who names a version must not be given the tests of another one.
    if (need === "required" || version !== undefined) throw error;
    note(`Going on without etcd: ${(error as Error).message}`);
    return undefined;
  }
}
