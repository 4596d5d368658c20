/** The command line of `compare`. */
import type { Scenario, Subject } from "../tests/scenarios/scenario.ts";

/** What can be asked for by name or number. */
export interface Known {
  readonly subjects: readonly Subject[];
  readonly scenarios: readonly Scenario[];
  /** The numbers of the scenarios of `--quick`. */
  readonly quick: readonly number[];
}

/** What the command line asks for. */
export type CompareCommand =
  | { readonly kind: "help" }
  | { readonly kind: "list" }
  | {
    readonly kind: "run";
    readonly subjects: readonly Subject[];
    readonly scenarios: readonly Scenario[];
    readonly callTimeoutMs: number;
    /** The version of etcd; none is left to `findEtcd`. */
    readonly etcd: string | undefined;
    /** The file for the result. */
    readonly json: string | undefined;
    /** The file for the page. */
    readonly html: string | undefined;
  };

/** A command line that cannot be followed. */
export class UsageError extends Error {
  constructor(state: string) {
    super(`Cannot compare: ${state}`);
    this.name = "UsageError";
  }
}

/** Timeouts of calls unless the command line names one. */
export const CALL_TIMEOUT_MS = { normal: 1_000, quick: 300 } as const;
const CALL_TIMEOUT_RANGE_MS = { least: 100, most: 60_000 } as const;

const VALUE_FLAGS = [
  "--strategies",
  "--scenarios",
  "--etcd",
  "--json",
  "--html",
  "--call-timeout-ms",
] as const;
const BARE_FLAGS = ["--quick", "--list", "--help"] as const;
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
  const { values, bare } = sortFlags(args);
  if (bare.has("--help")) return { kind: "help" };
  if (bare.has("--list")) return { kind: "list" };
  const quick = bare.has("--quick");
  const etcd = values.get("--etcd");
  if (etcd !== undefined) checkEtcdVersion("--etcd", etcd);
  return {
    kind: "run",
    subjects: readSubjects(values.get("--strategies"), known),
    scenarios: readScenarios(values.get("--scenarios"), known, quick),
    callTimeoutMs: readTimeout(values.get("--call-timeout-ms")) ??
      CALL_TIMEOUT_MS[quick ? "quick" : "normal"],
    etcd,
    json: values.get("--json"),
    html: values.get("--html"),
  };
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
  readonly values: ReadonlyMap<ValueFlag, string>;
  readonly bare: ReadonlySet<BareFlag>;
} {
  const values = new Map<ValueFlag, string>();
  const bare = new Set<BareFlag>();
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] === "-h" ? "--help" : args[at] ?? "";
    const [name = "", ...rest] = arg.split("=");
    const valueFlag = VALUE_FLAGS.find((flag) => flag === name);
    const bareFlag = BARE_FLAGS.find((flag) => flag === arg);
    if (bareFlag !== undefined) {
      bare.add(bareFlag);
    } else if (valueFlag !== undefined) {
      if (values.has(valueFlag)) {
        throw new UsageError(`${valueFlag} is given twice`);
      }
      const value = rest.length > 0 ? rest.join("=") : args[++at] ?? "";
      if (value === "" || value.startsWith("--")) {
        throw new UsageError(`${valueFlag} needs a value`);
      }
      values.set(valueFlag, value);
    } else {
      throw new UsageError(
        `'${arg}' is not known; known are ${
          [...VALUE_FLAGS, ...BARE_FLAGS].join(", ")
        }`,
      );
    }
  }
  return { values, bare };
}

function readSubjects(
  text: string | undefined,
  { subjects }: Known,
): readonly Subject[] {
  if (text === undefined) return subjects;
  return words(text).map((name) => {
    const subject = subjects.find((subject) => subject.name === name);
    if (subject === undefined) {
      throw new UsageError(
        `--strategies has '${name}'; known are ${
          subjects.map(({ name }) => name).join(", ")
        }`,
      );
    }
    return subject;
  });
}

function readScenarios(
  text: string | undefined,
  { scenarios, quick: quickIds }: Known,
  quick: boolean,
): readonly Scenario[] {
  if (text === undefined) {
    return quick
      ? scenarios.filter(({ id }) => quickIds.includes(id))
      : scenarios;
  }
  return words(text).map((word) => {
    const scenario = scenarios.find(({ id }) =>
      word === String(id) || word === `#${id}`
    );
    if (scenario === undefined) {
      throw new UsageError(
        `--scenarios has '${word}'; known are ${
          scenarios.map(({ id }) => id).join(", ")
        }`,
      );
    }
    return scenario;
  });
}

function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const { least, most } = CALL_TIMEOUT_RANGE_MS;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(
    `--call-timeout-ms must be ${least} to ${most}, got '${text}'`,
  );
}

/** The words of a list, each once. */
function words(text: string): readonly string[] {
  return [...new Set(text.split(",").map((word) => word.trim()))];
}
