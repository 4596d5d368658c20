/** Test tasks: provide etcd, run `deno test`, report one line at the end. */
import type { EtcdBinaries } from "../tests/harness/launcher.ts";
import { runDeno } from "./_child.ts";
import { note, print } from "./_print.ts";
import { openScratch } from "./_scratch.ts";
import { readTestArgs } from "./_test_args.ts";
import {
  addCounts,
  formatCounts,
  NO_TESTS,
  readCounts,
  type TestCounts,
} from "./_test_counts.ts";

/** What a test task runs. */
export interface TestPlan {
  /** Files and folders, unless the user names others. */
  readonly paths: readonly string[];
  /** Flags of the task itself, such as `--doc`. */
  readonly flags?: readonly string[];
  /**
   * Whether a server is fetched first. `wanted` goes on without one, as most
   * unit tests need none, unless the user names a version.
   */
  readonly etcd: "required" | "wanted" | "none";
  /** One run each; the default is one run on the default version. */
  readonly versions?: readonly string[];
}

/** Runs a plan with the user's arguments; resolves to the exit code. */
export async function runTests(
  plan: TestPlan,
  userArgs: readonly string[],
): Promise<number> {
  const { flags, paths, etcd } = readTestArgs(userArgs);
  const versions = etcd ? [etcd] : plan.versions ?? [undefined];
  await using scratch = await openScratch();
  const importFlags = await scratch.importFlags();
  let total = NO_TESTS;
  for (const version of versions) {
    const binaries = await provideEtcd(plan.etcd, version);
    const { code, output } = await runDeno([
      "test",
      ...scratch.permissionFlags(),
      ...importFlags,
      ...plan.flags ?? [],
      ...flags,
      ...paths.length > 0 ? paths : plan.paths,
    ], { env: await scratch.testEnv(binaries), output: "tee" });
    total = addCounts(total, readCounts(output, code));
    if (code >= 128) break;
  }
  return report(total);
}

function report(total: TestCounts): number {
  if (total.passed + total.failed === 0) note("No test ran: that is a failure");
  print(formatCounts(total));
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

async function provideEtcd(
  need: TestPlan["etcd"],
  version: string | undefined,
): Promise<EtcdBinaries | undefined> {
  if (need === "none") return undefined;
  // Loaded here, so that tasks without etcd do not depend on the harness.
  const { findEtcd } = await import("../tests/harness/launcher.ts");
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
