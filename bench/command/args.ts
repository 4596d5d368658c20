import { parseArgs } from "node:util";
import { userPath } from "../../tools/output/mod.ts";
import {
  type Operation,
  OPERATIONS,
  type Program,
  PROGRAMS,
  type Work,
  workOf,
} from "../programs/mod.ts";

/** The command line of the benchmark, read. */
export interface BenchCommand {
  readonly help: boolean;
  readonly work: readonly Work[];
  readonly programs: readonly Program[];
  readonly rounds: number;
  readonly members: number;
  readonly codec: boolean;
  readonly scale: boolean;
  /** The transport that carries the calls of `--scale`. */
  readonly transport: TransportName;
  /** The file for the result. */
  readonly json: string | undefined;
  /** The file in which the report is to be put between its marks. */
  readonly markdown: string | undefined;
}

// The client's own first.
const TRANSPORTS = ["http2", "grpc-js"] as const;

/** The name of a transport that carries the calls. */
export type TransportName = (typeof TRANSPORTS)[number];

const ROUNDS = 3;
// A quick run has one round of shorter runs, with one number in flight.
const QUICK = { rounds: 1, inFlight: 64, share: 0.15 } as const;

const FLAGS = {
  operations: { type: "string" },
  programs: { type: "string" },
  rounds: { type: "string" },
  count: { type: "string" },
  "in-flight": { type: "string" },
  members: { type: "string" },
  quick: { type: "boolean", default: false },
  scale: { type: "boolean", default: false },
  transport: { type: "string" },
  json: { type: "string" },
  markdown: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/**
 * Reads a command line.
 *
 * @throws {TypeError} If it cannot be followed.
 */
export function readBenchArgs(args: readonly string[]): BenchCommand {
  const { values } = parseArgs({ args: [...args], options: FLAGS });
  const { quick, scale, help, json, markdown } = values;
  const operations = choose("--operations", {
    list: values.operations,
    known: OPERATIONS,
  });
  return {
    help,
    work: workOf({
      operations: quick ? operations.map(quickly) : operations,
      inFlight: values["in-flight"]?.split(",")
        .map((text) => number("--in-flight", text)),
      count: values.count === undefined
        ? undefined
        : number("--count", values.count),
      share: quick ? QUICK.share : 1,
    }),
    programs: choose("--programs", { list: values.programs, known: PROGRAMS }),
    rounds: values.rounds === undefined
      ? quick ? QUICK.rounds : ROUNDS
      : number("--rounds", values.rounds),
    members: number("--members", values.members ?? "1"),
    codec: values.operations === undefined ||
      values.operations.split(",").includes(CODEC),
    scale,
    transport: transportOf(values.transport),
    json: json === undefined ? undefined : userPath(json),
    markdown: markdown === undefined ? undefined : userPath(markdown),
  };
}

/** The name that `--operations` takes besides those of the operations. */
export const CODEC = "codec";
const NONE = "none";

function transportOf(name: string | undefined): TransportName {
  const known = TRANSPORTS.find((one) => one === (name ?? TRANSPORTS[0]));
  if (known !== undefined) return known;
  throw new TypeError(
    `Cannot bench: --transport must be one of ${
      TRANSPORTS.join(", ")
    }, got '${name}'`,
  );
}

function quickly(operation: Operation): Operation {
  return operation.inFlight.length === 1
    ? operation
    : { ...operation, inFlight: [QUICK.inFlight] };
}

function choose<Item extends { readonly name: string }>(
  flag: string,
  { list, known }: {
    readonly list: string | undefined;
    readonly known: readonly Item[];
  },
): readonly Item[] {
  if (list === undefined) return known;
  const names = list.split(",");
  const others = flag === "--operations" ? [CODEC, NONE] : [];
  const all = [...known.map(({ name }) => name), ...others];
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot bench: ${flag} has '${unknown}', known are ${all.join(", ")}`,
    );
  }
  return known.filter(({ name }) => names.includes(name));
}

function number(flag: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= 1) return value;
  throw new TypeError(
    `Cannot bench: ${flag} must be a number from 1 on, got '${text}'`,
  );
}
