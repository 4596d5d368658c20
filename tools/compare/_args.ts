/** The command line of `compare`. */
import { TRANSPORT_NAMES } from "../../tests/scenarios/transports.ts";
import { chooseCells, type Known, words } from "./_choice.ts";
import type { ComparePlan } from "./result/mod.ts";
import { UsageError } from "../output/mod.ts";

/** The command line of `compare`, read. */
export type CompareCommand =
  | { readonly kind: "help" }
  | { readonly kind: "list" }
  | CompareOutputs & {
    readonly kind: "report";
    /** The files of earlier results. */
    readonly from: readonly string[];
  }
  | ComparePlan & CompareOutputs & {
    readonly kind: "run";
    /** The versions of etcd; none is left to `findEtcd`. */
    readonly etcd: readonly string[];
    /** Whether to go on with what the file of the result has. */
    readonly resume: boolean;
  };

/** The files that the command line asks for. */
export interface CompareOutputs {
  /** The file for the result. */
  readonly json: string | undefined;
  /** Whether to print the summary as Markdown, or the file to put it in. */
  readonly markdown: boolean | string;
  /** The file for the page. */
  readonly html: string | undefined;
  /** The folder for all of them, to be published. */
  readonly site: string | undefined;
  /** The file of the result to compare with. */
  readonly against: string | undefined;
}

/** Timeouts of calls unless the command line names one. */
export const CALL_TIMEOUT_MS = { normal: 1_000, quick: 300 } as const;
const CALL_TIMEOUT_RANGE_MS = { least: 100, most: 60_000 } as const;
/** The choice of `--site` unless told otherwise: servers that can be had anywhere. */
export const SITE: {
  readonly etcd: readonly string[];
  readonly transport: string;
} = { etcd: ["3.4", "3.5"], transport: TRANSPORT_NAMES.join(",") };
const RUNS_RANGE = { least: 1, most: 1_000 } as const;
const JOBS_RANGE = { least: 1, most: 16 } as const;

const VALUE_FLAGS = [
  "--strategies",
  "--strategy",
  "--transport",
  "--scenarios",
  "--only",
  "--runs",
  "--jobs",
  "--etcd",
  "--json",
  "--html",
  "--site",
  "--from",
  "--against",
  "--call-timeout-ms",
] as const;
const BARE_FLAGS = [
  "--markdown",
  "--resume",
  "--quick",
  "--list",
  "--help",
] as const;
/** The flags that say what to run: they mean nothing where nothing is run. */
const RUN_FLAGS: readonly (ValueFlag | BareFlag)[] = [
  "--strategies",
  "--strategy",
  "--transport",
  "--scenarios",
  "--only",
  "--runs",
  "--jobs",
  "--etcd",
  "--call-timeout-ms",
  "--resume",
  "--quick",
];
const OPTIONAL_VALUE = "--markdown=";
type ValueFlag = typeof VALUE_FLAGS[number];
type BareFlag = typeof BARE_FLAGS[number];

/**
 * Reads a command line, all of it before anything is started.
 *
 * @throws {UsageError} If it cannot be followed.
 */
export function readCompareArgs(
  args: readonly string[],
  known: Known,
): CompareCommand {
  const { values, bare, markdown } = sortFlags(args);
  if (bare.has("--help")) return { kind: "help" };
  if (bare.has("--list")) return { kind: "list" };
  const one = (flag: ValueFlag): string | undefined => values.get(flag)?.[0];
  const outputs: CompareOutputs = {
    json: one("--json"),
    markdown: markdown ?? bare.has("--markdown"),
    html: one("--html"),
    site: one("--site"),
    against: one("--against"),
  };
  const from = one("--from");
  if (from === undefined) return readRun({ one, bare, outputs }, known);
  const meaningless = RUN_FLAGS.find((flag) =>
    [...values.keys(), ...bare].some((given) => given === flag)
  );
  if (meaningless !== undefined) {
    throw new UsageError(`--from runs nothing: leave out ${meaningless}`);
  }
  return { kind: "report", from: words(from), ...outputs };
}

function readRun(
  { one, bare, outputs }: {
    readonly one: (flag: ValueFlag) => string | undefined;
    readonly bare: ReadonlySet<BareFlag>;
    readonly outputs: CompareOutputs;
  },
  known: Known,
): CompareCommand {
  const quick = bare.has("--quick");
  const isSite = outputs.site !== undefined;
  const resume = bare.has("--resume");
  if (resume && outputs.json === undefined && !isSite) {
    throw new UsageError(
      "--resume needs --json FILE or --site DIR, the result to go on with",
    );
  }
  return {
    kind: "run",
    ...chooseCells({
      strategies: one("--strategies"),
      transport: one("--transport") ?? (isSite ? SITE.transport : undefined),
      scenarios: one("--scenarios"),
      only: one("--only"),
      quick,
    }, known),
    callTimeoutMs: readNumber("--call-timeout-ms", one("--call-timeout-ms"), {
      ...CALL_TIMEOUT_RANGE_MS,
    }) ?? CALL_TIMEOUT_MS[quick ? "quick" : "normal"],
    runs: readNumber("--runs", one("--runs"), RUNS_RANGE) ?? 1,
    jobs: readNumber("--jobs", one("--jobs"), JOBS_RANGE) ?? 1,
    etcd: readVersions(one("--etcd"), isSite ? SITE.etcd : []),
    resume,
    ...outputs,
  };
}

function readVersions(
  text: string | undefined,
  otherwise: readonly string[],
): readonly string[] {
  if (text === undefined) return otherwise;
  const versions = words(text);
  for (const version of versions) checkEtcdVersion("--etcd", version);
  return versions;
}

/**
 * The files named by `--strategy`, which are loaded before the rest is read.
 *
 * @throws {UsageError} If the command line cannot be followed.
 */
export function readStrategyFiles(args: readonly string[]): readonly string[] {
  return sortFlags(args).values.get("--strategy") ?? [];
}

/**
 * Checks a version of etcd that was given as `source`.
 *
 * @throws {UsageError} If it has another form.
 */
export function checkEtcdVersion(source: string, version: string): void {
  if (/^\d+\.\d+(\.\d+)?$/.test(version)) return;
  throw new UsageError(
    `${source} must be a version such as 3.5 or 3.5.16, got '${version}'`,
  );
}

function sortFlags(args: readonly string[]): {
  readonly values: ReadonlyMap<ValueFlag, readonly string[]>;
  readonly bare: ReadonlySet<BareFlag>;
  /** The file of `--markdown=FILE`. */
  readonly markdown: string | undefined;
} {
  let markdown: string | undefined;
  const values = new Map<ValueFlag, readonly string[]>();
  const bare = new Set<BareFlag>();
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] === "-h" ? "--help" : args[at] ?? "";
    const [name = "", ...rest] = arg.split("=");
    const valueFlag = VALUE_FLAGS.find((flag) => flag === name);
    const bareFlag = BARE_FLAGS.find((flag) => flag === arg);
    if (bareFlag !== undefined) {
      bare.add(bareFlag);
    } else if (arg.startsWith(OPTIONAL_VALUE)) {
      markdown = arg.slice(OPTIONAL_VALUE.length);
      if (markdown === "") throw new UsageError("--markdown= needs a file");
    } else if (valueFlag !== undefined) {
      const before = values.get(valueFlag) ?? [];
      if (before.length > 0 && valueFlag !== "--strategy") {
        throw new UsageError(`${valueFlag} is given twice`);
      }
      const value = rest.length > 0 ? rest.join("=") : args[++at] ?? "";
      if (value === "" || value.startsWith("--")) {
        throw new UsageError(`${valueFlag} needs a value`);
      }
      values.set(valueFlag, [...before, value]);
    } else {
      throw new UsageError(
        `'${arg}' is not known; known are ${
          [...VALUE_FLAGS, ...BARE_FLAGS].join(", ")
        }`,
      );
    }
  }
  return { values, bare, markdown };
}

function readNumber(
  flag: ValueFlag,
  text: string | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${flag} must be ${least} to ${most}, got '${text}'`);
}
