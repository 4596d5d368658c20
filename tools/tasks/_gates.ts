/** `deno task ok`: every gate in turn, a line each, and the verdict. */
import { runChild, runDeno } from "./_child.ts";
import { note, print } from "../output/mod.ts";
import { registryVerdict } from "./_registry.ts";

/** The gates, quick ones first: each is a task of the same name. */
export const GATES = [
  "check",
  "lint",
  "lint:docs",
  "proto:check",
  "publish:dry",
  "test:doc",
  "test",
] as const;

/**
 * Runs the gates, all of them even if one fails; resolves to the exit code. The
 * last one is that the others left the tree as git saw it before.
 */
export async function runGates(args: readonly string[]): Promise<number> {
  const gates = chooseGates(args);
  // Asked for here, the verdict and its note are shared by all gates.
  await registryVerdict();
  const before = await treeState();
  let passed = 0;
  let failed = 0;
  for (const gate of gates) {
    const { ok, interrupted } = await runGate(gate);
    if (ok) passed++;
    else failed++;
    if (interrupted) break;
  }
  if (before !== undefined) {
    const clean = await treeState() === before;
    print(clean ? "ok      tree" : "FAILED  tree: see `git status`");
    if (clean) passed++;
    else failed++;
  }
  print(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** The gates that `--without a,b` leaves. */
export function chooseGates(args: readonly string[]): string[] {
  const [flag, list, ...rest] = args.flatMap((arg) => arg.split("="));
  if (flag === undefined) return [...GATES];
  const without = list?.split(",") ?? [];
  const unknown = without.filter((name) =>
    !(GATES as readonly string[]).includes(name)
  );
  if (
    flag !== "--without" || rest.length > 0 || without.length === 0 ||
    unknown.length > 0
  ) {
    throw new TypeError(
      `Cannot run the gates: expected --without and some of ` +
        `${GATES.join(", ")}, got '${args.join(" ")}'`,
    );
  }
  return GATES.filter((gate) => !without.includes(gate));
}

async function runGate(
  gate: string,
): Promise<{ readonly ok: boolean; readonly interrupted: boolean }> {
  if (Deno.stderr.isTerminal()) note(`        ${gate} ...`);
  const startMs = performance.now();
  const { code, interrupted, output } = await runDeno(
    ["run", "-A", Deno.mainModule, gate],
    { output: "hold" },
  );
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
  const ok = code === 0 && !interrupted;
  print(`${ok ? "ok    " : "FAILED"}  ${gate} (${seconds} s)`);
  if (!ok) print(output.trimEnd());
  return { ok, interrupted };
}

/** The state of the tree, as git sees it; `undefined` without a repository. */
async function treeState(): Promise<string | undefined> {
  try {
    const { code, output } = await runChild(
      ["git", "status", "--porcelain"],
      { output: "hold" },
    );
    return code === 0 ? output : undefined;
  } catch (error) {
    // A tarball on a machine without git has no tree to compare.
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
