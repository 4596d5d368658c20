import { CODEC } from "./args.ts";
import { OPERATIONS, PROGRAMS } from "../programs/mod.ts";

const NAME_COLUMNS = 19;

const NOTES =
  `Only the programs with grpc-js in their name load it, which the memory they take
shows.

Quote ratios: the programs take turns, so that what else the machine does hits
all alike. Go's client is built and npm's is installed once, into the cache;
where Go or npm is missing they are skipped. Node and Bun run the npm package,
which is made of these sources each time.
`;

/** The text of `--help`. */
export function helpText(): string {
  return `Measures what operations cost with this client and with others, on a real etcd.

Usage: deno task bench [options]

Without options it takes some twenty minutes.

  --operations LIST  some of those below, such as linget,put (default: all)
  --programs LIST    some of those below, such as grpc1.23,over-grpc-js,go (default: all)
  --rounds N         how often each program runs, in turns with the others (default: 3)
  --count N          operations in one run (default: each operation's own)
  --in-flight LIST   such as 1,64,256 (default: each operation's own)
  --members N        members of the cluster (default: 1)
  --quick            one round of shorter runs: about a minute
  --scale            also 100 000 watchers, 10 000 leases, 2 000 000 keys and a
                     snapshot of 100 MiB on one client, and on Go's
  --transport NAME   what carries the calls of --scale, http2 or grpc-js
                     (default: http2)
  --json FILE        writes everything measured; the shape is in bench/report/result.ts
  --markdown FILE    puts the report into FILE, between <!-- bench:begin --> and <!-- bench:end -->
  --help             this

Operations:
${lines(OPERATIONS)}
  ${
    CODEC.padEnd(NAME_COLUMNS)
  }decoding a range and encoding a txn, beside protobuf-es
  ${"none".padEnd(NAME_COLUMNS)}none, for --scale alone

Programs:
${lines(PROGRAMS)}

${NOTES}`;
}

function lines(
  list: readonly { readonly name: string; readonly title: string }[],
): string {
  return list.map(({ name, title }) => `  ${name.padEnd(NAME_COLUMNS)}${title}`)
    .join("\n");
}
