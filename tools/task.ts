/**
 * The one way into everything `deno.json` lists under `tasks`.
 *
 * A task runs here rather than as a command line because most of them load
 * `tests/`, whose `@std/assert` may be out of reach (`_registry.ts`), and
 * because some need an etcd server that has to be fetched first.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };
import {
  openScratch,
  runCoverage,
  runDeno,
  runGates,
  runRuntimes,
  runServers,
  runTests,
  taskHelp,
  type TestGroup,
} from "./tasks/mod.ts";
import { note, print } from "./output/mod.ts";

type Task = (args: readonly string[]) => Promise<number>;

const ENTRIES: readonly string[] = Object.values(config.exports);
const UNIT: TestGroup = { paths: ["tests/unit"], flags: ["--parallel"] };
// They wait for faults most of the time, so that files can run side by side,
// and one more of them than there are processors.
const FAILOVER: TestGroup = {
  paths: ["tests/failover"],
  flags: ["--parallel"],
  jobs: navigator.hardwareConcurrency + 1,
};
const MATRIX: TestGroup = {
  paths: ["tests/failover", "tests/matrix"],
  flags: ["--parallel"],
};
const DOCUMENTED = [
  "mod.ts",
  "api",
  "balancers",
  "errors",
  "gateway",
  "recipes",
  "testing",
  "docs",
  "README.md",
];

/** Every task by its name in `deno.json`. */
export const TASKS: Readonly<Record<string, Task>> = {
  "test": (args) =>
    runTests({ groups: [UNIT, FAILOVER], etcd: "required" }, args),
  "test:unit": (args) => runTests({ groups: [UNIT], etcd: "wanted" }, args),
  "test:coverage": (args) => runCoverage(UNIT, args),
  "test:failover": (args) =>
    runTests({ groups: [FAILOVER], etcd: "required" }, args),
  "test:matrix": (args) =>
    runTests({
      groups: [MATRIX],
      etcd: "required",
      versions: ["3.4", "3.5"],
      transports: ["http2", "grpc-js"],
      async describe() {
        // Loaded here, as few tasks need the client.
        const { describeMatrix } = await import("./compare/run/mod.ts");
        return describeMatrix();
      },
    }, args),
  "test:servers": runServers,
  "test:runtimes": runRuntimes,
  "test:doc": (args) =>
    runTests({
      groups: [{ paths: DOCUMENTED, flags: ["--doc"] }],
      etcd: "none",
    }, args),
  "check": async (args) => {
    await using scratch = await openScratch();
    const all = ["check", ...await scratch.importFlags(), ".", ...args];
    // A user has other settings of the compiler, under which ours is checked.
    const entries = ["check", ...await scratch.userFlags(), ...ENTRIES];
    return await deno(all) || await deno(entries);
  },
  "lint": async (args) => {
    const format = await deno(["fmt", "--check"]);
    return await deno(["lint", ...args]) || format;
  },
  // No npm type appears in a public signature, so none is needed here; with
  // them, Deno adds a hundred warnings about types of Node's own modules.
  "lint:docs": () => deno(["doc", "--lint", "--no-npm", ...ENTRIES]),
  "proto": (args) => deno(["run", "-A", "tools/proto/main.ts", ...args]),
  "proto:check": () => deno(["run", "-A", "tools/proto/main.ts", "--check"]),
  "publish:dry": (args) =>
    deno(["publish", "--dry-run", "--allow-dirty", ...args]),
  "npm": (args) => deno(["run", "-A", "tools/npm/main.ts", ...args]),
  "compare": (args) => deno(["run", "-A", "tools/compare/main.ts", ...args]),
  "doctor": (args) => deno(["run", "-A", "tools/doctor/main.ts", ...args]),
  "bench": (args) => deno(["run", "-A", "bench/main.ts", ...args]),
  "soak": (args) => deno(["run", "-A", "tests/soak/main.ts", ...args]),
  "gateway": (args) => deno(["run", "-A", "gateway/main.ts", ...args]),
  "ok": runGates,
};

async function deno(args: readonly string[]): Promise<number> {
  return (await runDeno(args)).code;
}

async function main([name = "", ...args]: readonly string[]): Promise<number> {
  const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined;
  if (task === undefined) {
    note(
      `Cannot run '${name}': the tasks are ${Object.keys(TASKS).join(", ")}`,
    );
    return 2;
  }
  const help = args.includes("--help") ? taskHelp(name) : undefined;
  if (help !== undefined) {
    print(help);
    return 0;
  }
  try {
    return await task(args);
  } catch (error) {
    // A failure to run the task, as opposed to a failing one: no stack helps.
    note(
      error instanceof Error ? `${error.name}: ${error.message}` : `${error}`,
    );
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
