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

const TRANSPORTS = ["http2", "grpc-js"] as const;
/** The transport of clients that name none. */
export type TransportName = typeof TRANSPORTS[number];

/** The words the user typed after the name of a test task. */
export interface TestArgs {
  /** For `deno test`, as typed. */
  readonly flags: readonly string[];
  /** Replace the task's own files when there are any. */
  readonly paths: readonly string[];
  /** The etcd version asked for by `--etcd`. */
  readonly etcd: string | undefined;
  /** For how long the fault matrix runs under each strategy: `--minutes`. */
  readonly minutes: number | undefined;
  /** The transport of clients that name none: `--transport`. */
  readonly transport: TransportName | undefined;
}

/** Flags of our own, with an example of what each needs. */
const OWN_FLAGS = {
  "--etcd": "a version",
  "--minutes": "a number",
  "--transport": "a transport",
} as const;
const EXAMPLES = {
  "--etcd": "3.5",
  "--minutes": "10",
  "--transport": "http2",
} as const;
type OwnFlag = keyof typeof OWN_FLAGS;

/** Tells the paths, our own flags and those of `deno test` apart. */
export function readTestArgs(args: readonly string[]): TestArgs {
  const flags: string[] = [];
  const paths: string[] = [];
  const own = new Map<OwnFlag, string>();
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const next = args[at + 1];
    const [name, ...rest] = arg.split("=");
    const ownFlag = (Object.keys(OWN_FLAGS) as OwnFlag[])
      .find((flag) => flag === name);
    if (ownFlag !== undefined) {
      own.set(ownFlag, rest.length > 0 ? rest.join("=") : args[++at] ?? "");
    } else if (VALUE_FLAGS.has(arg) && next !== undefined) {
      flags.push(arg, next);
      at++;
    } else if (arg.startsWith("-")) {
      flags.push(arg);
    } else {
      paths.push(arg);
    }
  }
  for (const [flag, value] of own) {
    if (!isGood(flag, value)) {
      throw new TypeError(
        `Cannot run tests: ${flag} needs ${OWN_FLAGS[flag]}, such as ${
          EXAMPLES[flag]
        }`,
      );
    }
  }
  const minutes = own.get("--minutes");
  return {
    flags,
    paths,
    etcd: own.get("--etcd"),
    minutes: minutes === undefined ? undefined : Number(minutes),
    transport: TRANSPORTS.find((name) => name === own.get("--transport")),
  };
}

function isGood(flag: OwnFlag, value: string): boolean {
  switch (flag) {
    case "--minutes":
      return Number(value) > 0;
    case "--transport":
      return TRANSPORTS.some((name) => name === value);
    case "--etcd":
      return value !== "";
  }
}
