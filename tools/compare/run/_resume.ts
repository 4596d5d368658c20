/** `--resume`: goes on with what a result file has. */
import type { TransportName } from "../../../tests/scenarios/transports.ts";
import { thisRuntime, UsageError } from "../../output/mod.ts";
import {
  areTransportsNamed,
  type CellHead,
  type ComparePlan,
  type CompareResult,
  readResults,
  strategiesOf,
  strategyOver,
  transportsOf,
  turnsOf,
} from "../result/mod.ts";

/** The transports of files that name none: they are older than the choice. */
const BEFORE_A_CHOICE: readonly TransportName[] = ["grpc-js"];

/**
 * The results in a file that a run of this very plan left there.
 *
 * @throws {UsageError} If there is none, or if it is of another plan or client.
 */
export async function readEarlier(
  path: string,
  { plan, versions }: {
    readonly plan: ComparePlan;
    /** The servers that are asked for; none: one, whichever is found. */
    readonly versions: readonly string[];
  },
): Promise<readonly CompareResult[]> {
  const earlier = await readResults("--resume", path);
  const differences = earlier.flatMap((result) => differencesOf(result, plan));
  const others = earlier.map(({ etcd }) => etcd.version).filter((version) =>
    versions.length > 0 && !versions.some((asked) => isOf(version, asked))
  );
  if (versions.length === 0 && earlier.length > 1) {
    differences.push("it has several servers: name them with --etcd");
  }
  differences.push(
    ...others.map((version) => `it has etcd ${version}, --etcd has not`),
  );
  if (differences.length > 0) {
    throw new UsageError(
      `--resume cannot go on with ${path}: ${
        [...new Set(differences)].join("; ")
      }`,
    );
  }
  return earlier;
}

/** Whether a version is what was asked for: `3.5` has `3.5.16`. */
export function isOf(version: string, asked: string | undefined): boolean {
  return asked === undefined || version === asked ||
    version.startsWith(`${asked}.`);
}

/**
 * Makes sure that the other cells run on the server of the first ones.
 *
 * @throws {UsageError} If it is another version.
 */
export function checkSameServer(
  earlier: CompareResult | undefined,
  version: string,
): void {
  if (earlier === undefined || earlier.etcd.version === version) return;
  throw new UsageError(
    `--resume cannot go on: etcd was ${earlier.etcd.version}, is ${version}`,
  );
}

/** The changes since that result, in words; the number of jobs may differ. */
function differencesOf(earlier: CompareResult, plan: ComparePlan): string[] {
  const { options, runtime: before } = earlier;
  const now = thisRuntime();
  const list = (names: readonly (string | number)[]) => names.join(",");
  const rows: readonly (readonly [name: string, was: unknown, is: unknown])[] =
    [
      ["the client", before.client, now.client],
      ["Deno", before.deno, now.deno],
      ["the system", before.system, now.system],
      [
        "--strategies",
        list(options.strategies),
        list(strategiesOf(plan.subjects)),
      ],
      [
        "--transport",
        transportWords(earlier.cells, options.transports ?? BEFORE_A_CHOICE),
        transportWords(plan.subjects, transportsOf(plan.subjects)),
      ],
      [
        "--scenarios",
        list(options.scenarios),
        list(plan.scenarios.map(({ id }) => id)),
      ],
      ["--only", options.only ?? "not given", plan.only ?? "not given"],
      ["--call-timeout-ms", options.callTimeoutMs, plan.callTimeoutMs],
      ["--runs", options.runs, plan.runs],
    ];
  const changed = rows.filter(([, was, is]) => was !== is)
    .map(([name, was, is]) => `${name} was ${was}, is ${is}`);
  return changed.length > 0 ? changed : changedCells(earlier, plan);
}

/** The transports in words, which tell whether they were asked for. */
function transportWords(
  cells: readonly { readonly transport?: TransportName }[],
  transports: readonly TransportName[],
): string {
  const names = transports.join(",");
  return areTransportsNamed(cells) ? names : `not given (${names})`;
}

/** Cells that are no longer judged by what they were judged by. */
function changedCells({ cells }: CompareResult, plan: ComparePlan): string[] {
  return turnsOf(plan).filter(({ index, head }) => {
    const cell = cells[index];
    if (cell === undefined) return true;
    return judgedBy(cell) !== judgedBy(head);
  }).map(({ head }) =>
    `the catalogue has changed ${strategyOver(head)} | #${head.scenario.id}`
  );
}

function judgedBy({ scenario, strategy, transport, expectation }: CellHead) {
  return JSON.stringify([scenario, strategy, transport, expectation]);
}
