import { BALANCER_NAMES, type BalancerName } from "../../balancers/mod.ts";
import { DEFAULT_TRANSPORT } from "../../balancers/dial/mod.ts";
import {
  TRANSPORT_NAMES,
  type TransportName,
} from "../../balancers/transport/mod.ts";

/** The command line of `deno task soak`. */
export interface SoakArgs {
  readonly balancer: BalancerName;
  readonly transport: TransportName;
  readonly minutes: number;
  readonly seed: number;
  readonly etcd: string | undefined;
  /** The file that the result is appended to. */
  readonly to: string | undefined;
}

/** A command line that cannot be followed. */
export class UsageError extends Error {}

/** The text for `--help`. */
export const HELP: string =
  `A client in a process of its own under seeded faults: what it keeps at each
quiet point, and whether all that it said was true. Linux only.

Usage: deno task soak [options]

  --balancer NAME  ${BALANCER_NAMES.join(", ")} (default: grpc1.23)
  --transport T    ${TRANSPORT_NAMES.join(", ")} (default: ${DEFAULT_TRANSPORT})
  --minutes N      how long (default: 60)
  --seed N         of the faults and the load (default: drawn, and printed)
  --etcd VERSION   such as 3.4 (default: ETCD_VERSION, else 3.5)
  --to FILE        appends there (default: docs/measured/soak.json)
`;

const FLAGS = [
  "--balancer",
  "--transport",
  "--minutes",
  "--seed",
  "--etcd",
  "--to",
];

/**
 * Reads the command line.
 *
 * @throws {UsageError} If it cannot be followed.
 */
export function readSoakArgs(
  args: readonly string[],
  drawSeed: () => number,
): SoakArgs {
  const given = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const [name = "", ...rest] = args[at]?.split("=") ?? [];
    const value = rest.length > 0 ? rest.join("=") : args[++at];
    if (!FLAGS.includes(name)) throw refusal(`'${name}' is not known`);
    if (!value) throw refusal(`${name} needs a value`);
    given.set(name, value);
  }
  return {
    balancer: oneOf(BALANCER_NAMES, {
      flag: "--balancer",
      value: given.get("--balancer") ?? "grpc1.23",
    }),
    transport: oneOf(TRANSPORT_NAMES, {
      flag: "--transport",
      value: given.get("--transport") ?? DEFAULT_TRANSPORT,
    }),
    minutes: positive("--minutes", given.get("--minutes") ?? "60"),
    seed: given.has("--seed")
      ? positive("--seed", given.get("--seed") ?? "")
      : drawSeed(),
    etcd: given.get("--etcd"),
    to: given.get("--to"),
  };
}

function oneOf<Name extends string>(
  names: readonly Name[],
  { flag, value }: { readonly flag: string; readonly value: string },
): Name {
  const found = names.find((name) => name === value);
  if (found !== undefined) return found;
  throw refusal(`${flag} must be one of ${names.join(", ")}, got '${value}'`);
}

function positive(flag: string, value: string): number {
  if (Number(value) > 0) return Number(value);
  throw refusal(`${flag} must be a positive number, got '${value}'`);
}

function refusal(state: string): UsageError {
  return new UsageError(`Cannot soak: ${state}`);
}
