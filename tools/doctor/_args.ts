/** The command line of `deno task doctor`. */
import {
  TRANSPORT_NAMES,
  type TransportName,
} from "../../tests/scenarios/transports.ts";

/** The command line, read. */
export interface DoctorArgs {
  readonly endpoints: readonly string[];
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly serverName: string | undefined;
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  readonly transport: TransportName | undefined;
  readonly timeoutMs: number | undefined;
  readonly idleMs: number | undefined;
  readonly json: boolean;
}

/** A command line that cannot be followed. */
export class DoctorUsageError extends Error {
  constructor(state: string) {
    super(`Cannot examine: ${state}`);
    this.name = "DoctorUsageError";
  }
}

/** The text of `--help`. */
export const HELP: string =
  `Examines a cluster: what works, what does not, and what to change. It only reads.

Usage: deno task doctor ENDPOINTS [options]

ENDPOINTS are those of a client: http://10.0.0.1:2379, host:port, unix:///run/etcd.sock or
srv://example.com; several with commas or spaces between.

  --trusted-ca-file FILE  authorities to trust, PEM
  --cert-file FILE        client certificate, PEM; needs --key-file
  --key-file FILE         its key, PEM; needs --cert-file
  --server-name NAME      the name the certificates must be for (default: each endpoint's host)
  --user NAME             user; needs --password-file
  --password-file FILE    its password, the first line of the file; needs --user
  --transport NAME        ${
    TRANSPORT_NAMES.join(" or ")
  } (default: the client's own)
  --timeout-ms N          time for each question (default: 3000)
  --idle-seconds N        leaves a stream alone for so long, to see whether something in between
                          ends it; nginx does after 60 s (default: not tried)
  --json                  prints everything as JSON
  --help                  this

Exit codes: 0 nothing is at fault, 1 something is, 2 the command line cannot be followed.
`;

const VALUE_FLAGS = [
  "--trusted-ca-file",
  "--cert-file",
  "--key-file",
  "--server-name",
  "--user",
  "--password-file",
  "--transport",
  "--timeout-ms",
  "--idle-seconds",
] as const;
type ValueFlag = typeof VALUE_FLAGS[number];
const PAIRS: readonly (readonly [ValueFlag, ValueFlag])[] = [
  ["--cert-file", "--key-file"],
  ["--user", "--password-file"],
];
const LONGEST_SECONDS = 86_400;

/**
 * Reads the command line.
 *
 * @throws {DoctorUsageError} If it cannot be followed.
 */
export function readDoctorArgs(
  args: readonly string[],
): DoctorArgs | "help" {
  if (args.includes("--help") || args.includes("-h")) return "help";
  const { given, endpoints, json } = sortFlags(args);
  for (const [one, other] of PAIRS) {
    for (const [has, lacks] of [[one, other], [other, one]] as const) {
      if (given.has(has) && !given.has(lacks)) {
        throw new DoctorUsageError(`${has} needs ${lacks}`);
      }
    }
  }
  if (endpoints.length === 0) {
    throw new DoctorUsageError("no endpoints are given");
  }
  const seconds = numberOf("--idle-seconds", given.get("--idle-seconds"));
  return {
    endpoints,
    caFile: given.get("--trusted-ca-file"),
    certFile: given.get("--cert-file"),
    keyFile: given.get("--key-file"),
    serverName: given.get("--server-name"),
    user: given.get("--user"),
    passwordFile: given.get("--password-file"),
    transport: transportOf(given.get("--transport")),
    timeoutMs: numberOf("--timeout-ms", given.get("--timeout-ms")),
    idleMs: seconds === undefined ? undefined : seconds * 1_000,
    json,
  };
}

function sortFlags(args: readonly string[]) {
  const given = new Map<ValueFlag, string>();
  const endpoints: string[] = [];
  let json = false;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const [name = "", ...rest] = arg.split("=");
    const flag = VALUE_FLAGS.find((flag) => flag === name);
    if (arg === "--json") {
      json = true;
    } else if (flag !== undefined) {
      const value = rest.length > 0 ? rest.join("=") : args[++at] ?? "";
      if (value === "" || value.startsWith("--")) {
        throw new DoctorUsageError(`${flag} needs a value`);
      }
      if (given.has(flag)) throw new DoctorUsageError(`${flag} is given twice`);
      given.set(flag, value);
    } else if (arg.startsWith("-")) {
      throw new DoctorUsageError(
        `'${arg}' is not known; known are ${
          [...VALUE_FLAGS, "--json", "--help"].join(", ")
        }`,
      );
    } else {
      endpoints.push(...arg.split(/[\s,]+/).filter(Boolean));
    }
  }
  return { given, endpoints, json };
}

function transportOf(name: string | undefined): TransportName | undefined {
  const transport = TRANSPORT_NAMES.find((known) => known === name);
  if (name === undefined || transport !== undefined) return transport;
  throw new DoctorUsageError(
    `--transport has '${name}'; known are ${TRANSPORT_NAMES.join(", ")}`,
  );
}

function numberOf(
  flag: ValueFlag,
  text: string | undefined,
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= LONGEST_SECONDS) return value;
  throw new DoctorUsageError(
    `${flag} must be 1 to ${LONGEST_SECONDS}, got '${text}'`,
  );
}
