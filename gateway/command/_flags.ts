/**
 * The flags of the command: upstream's, with its names and defaults, and then
 * ours.
 */

/** A flag. */
export interface Flag {
  readonly name: string;
  /** The name of its value in the help; none for a switch. */
  readonly value?: string;
  /** Shown in the help. */
  readonly default?: string;
  /** Whether it may be given more than once. */
  readonly repeated?: true;
  readonly about: string;
}

/** All flags, in the order of the help. */
export const FLAGS: readonly Flag[] = [
  {
    name: "listen-addr",
    value: "ADDRESS",
    default: "127.0.0.1:23790",
    about: "listen address",
  },
  {
    name: "endpoints",
    value: "LIST",
    default: "127.0.0.1:2379",
    repeated: true,
    about: "comma separated endpoints, each host[:port] with or without scheme",
  },
  {
    name: "discovery-srv",
    value: "DOMAIN",
    about: "DNS domain whose SRV records name the endpoints",
  },
  {
    name: "discovery-srv-name",
    value: "NAME",
    about: "service name suffix of the SRV records",
  },
  {
    name: "insecure-discovery",
    about: "accept SRV records without TLS, and check none",
  },
  {
    name: "trusted-ca-file",
    value: "FILE",
    about: "CA to check discovered endpoints with (PEM)",
  },
  {
    name: "retry-delay",
    value: "DURATION",
    default: "1m0s",
    about: "time before a failed endpoint is tried again",
  },
  {
    name: "selection",
    value: "NAME",
    default: "failover",
    about: "failover, roundRobin or weighted",
  },
  {
    name: "dial-timeout",
    value: "DURATION",
    default: "5s",
    about: "time one attempt to connect may take",
  },
  {
    name: "drain-timeout",
    value: "DURATION",
    default: "10s",
    about: "time connections are given to end on SIGTERM or SIGINT",
  },
  {
    name: "max-connections",
    value: "COUNT",
    about: "client connections above this number are closed",
  },
  {
    name: "close-ejected",
    about: "close the connections of an endpoint that fails",
  },
  {
    name: "pass-resets",
    about: "pass a reset on as a reset, for more CPU time",
  },
  {
    name: "probe-interval",
    value: "DURATION",
    about: "time between linearizable reads that prove each endpoint well",
  },
  {
    name: "sync-members",
    about: "take the endpoints from the cluster's list of members",
  },
  {
    name: "refresh-interval",
    value: "DURATION",
    default: "30s",
    about: "time between looks at SRV records and members",
  },
  {
    name: "cert-file",
    value: "FILE",
    about: "client certificate for --probe-interval and --sync-members (PEM)",
  },
  { name: "key-file", value: "FILE", about: "its key (PEM)" },
  {
    name: "user",
    value: "NAME",
    about: "user for --sync-members",
  },
  {
    name: "password-file",
    value: "FILE",
    about: "its password, the first line of the file",
  },
  {
    name: "transport",
    value: "NAME",
    about: "http2 or grpc-js: what carries the gateway's questions to members",
  },
  {
    name: "dns-server",
    value: "IP:PORT",
    about: "name server for SRV records, if not the system's",
  },
  {
    name: "metrics-addr",
    value: "ADDRESS",
    about: "serve /metrics and /health here",
  },
  {
    name: "log-format",
    value: "FORMAT",
    default: "text",
    about: "text or json",
  },
];

/** The values of each flag on the command line, in order. */
export type GivenFlags = ReadonlyMap<string, readonly string[]>;

/** A command line that makes no sense. */
export class UsageError extends Error {
}

/**
 * Reads the command line: `--flag=value` or `--flag value`, after the word
 * `start` or without it.
 *
 * @returns "help" if that is what was asked for.
 * @throws {UsageError} If an argument is not known, or a flag has no value.
 */
export function parseFlags(args: readonly string[]): GivenFlags | "help" {
  const rest = [...args];
  if (rest[0] === "start") rest.shift();
  const given = new Map<string, string[]>();
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "-h" || arg === "--help" || arg === "help") return "help";
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
    const flag = FLAGS.find(({ name }) => name === match?.[1]);
    if (match === null) throw new UsageError(`unexpected argument: ${arg}`);
    if (flag === undefined) throw new UsageError(`unknown flag: --${match[1]}`);
    const value = match[2] ??
      (flag.value === undefined ? "true" : rest.shift());
    if (value === undefined) {
      throw new UsageError(`flag needs an argument: --${flag.name}`);
    }
    // As with Go's flags, the last one counts, unless they add up.
    const before = flag.repeated ? given.get(flag.name) ?? [] : [];
    given.set(flag.name, [...before, value]);
  }
  return given;
}

/** The text of `--help`. */
export function helpText(): string {
  const lines = FLAGS.map(({ name, value, about, default: preset }) => {
    const left = `  --${name}${value === undefined ? "" : ` ${value}`}`;
    const right = preset === undefined ? about : `${about} (default ${preset})`;
    return `${left.padEnd(30)} ${right}`;
  });
  return `A TCP gateway to the members of an etcd cluster.

Usage:
  gateway start --endpoints=infra0.example.com,infra1.example.com
  gateway start --discovery-srv=example.com

Flags:
${lines.join("\n")}

SIGTERM or SIGINT drains the connections and ends; a second one ends at once.
`;
}
