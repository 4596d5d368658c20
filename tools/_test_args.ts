/** The command line of the test tasks, sorted by who reads it. */

/** Flags of `deno test` that take the next argument as their value. */
const VALUE_FLAGS: ReadonlySet<string> = new Set([
  "--filter",
  "--reporter",
  "--repeats",
  "--retry",
  "--seed",
  "--shard",
  "--junit-path",
]);

/** What the user typed after the name of a test task. */
export interface TestArgs {
  /** For `deno test`, as typed. */
  readonly flags: readonly string[];
  /** Replace the task's own files when there are any. */
  readonly paths: readonly string[];
  /** The etcd version asked for by `--etcd`. */
  readonly etcd: string | undefined;
}

/** Tells the paths, our own `--etcd` and the flags of `deno test` apart. */
export function readTestArgs(args: readonly string[]): TestArgs {
  const flags: string[] = [];
  const paths: string[] = [];
  let etcd: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const next = args[at + 1];
    if (arg === "--etcd" || arg.startsWith("--etcd=")) {
      etcd = arg === "--etcd" ? next : arg.slice("--etcd=".length);
      if (!etcd) {
        throw new TypeError(
          "Cannot run tests: --etcd needs a version, such as 3.5",
        );
      }
      if (arg === "--etcd") at++;
    } else if (VALUE_FLAGS.has(arg) && next !== undefined) {
      flags.push(arg, next);
      at++;
    } else if (arg.startsWith("-")) {
      flags.push(arg);
    } else {
      paths.push(arg);
    }
  }
  return { flags, paths, etcd };
}
