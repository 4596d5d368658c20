/** The programs that are measured, ours and those of the peers. */
import { OPERATIONS } from "./operation.ts";
import { etcd3OnDeno, etcd3OnNode } from "./_etcd3.ts";
import { goProgram } from "./go.ts";
import { onRuntime } from "./_package.ts";
import { ownCommand, type Program, type Run } from "./program.ts";
import { variables } from "./_variables.ts";

const FLOOR_PROGRAM = new URL("../peers/bench_grpcjs.ts", import.meta.url);
const EVERY = OPERATIONS.map(({ name }) => name);
// npm's client is measured without TLS.
const PLAIN = OPERATIONS.filter(({ overTls }) => overTls === undefined)
  .map(({ name }) => name);

// So many times as fast as the others: with their counts a run would be over
// before the program has warmed up, and measure that.
const BATCH_COUNT_FACTOR = 20;
const SINGLE_COUNT_FACTOR = 5;

/** The floor: no client at all. */
export const FLOOR: Program = {
  name: "grpc-js",
  title: "bare grpc-js",
  operations: ["serget", "linget", "put", "linget-tls", "put-tls", "txn64"],
  prepare: () =>
    Promise.resolve((run: Run) => ({
      path: Deno.execPath(),
      args: ["run", "-A", "--no-lock", FLOOR_PROGRAM.pathname],
      // It knows one endpoint.
      env: variables({ ...run, endpoints: run.endpoints.slice(0, 1) }),
    })),
};

/** The client with one strategy. */
export function ours(balancer: string): Program {
  return ownProgram({
    name: balancer,
    title: balancer,
    balancer,
    countFactor: SINGLE_COUNT_FACTOR,
  });
}

/** The client over grpc-js, which is the reference. */
export const OVER_GRPC_JS: Program = ownProgram({
  name: "over-grpc-js",
  title: "grpc1.23 over grpc-js",
  transport: "grpc-js",
});

// What calls cost there is the question, not what the client does beside.
const ON_RUNTIMES = ["serget", "linget", "put", "linget-tls", "put-tls"];

const BATCHED_READS = ["serget", "linget"] as const;
const BATCHED = ["linget", "put", "put1k"] as const;

/** The programs, in the order of the tables. */
export const PROGRAMS: readonly Program[] = [
  ours("grpc1.0"),
  ours("grpc1.7"),
  ours("grpc1.23"),
  ours("adaptive"),
  ownProgram({
    name: "batch-reads",
    title: 'batch: "reads"',
    batch: "reads",
    operations: BATCHED_READS,
    countFactor: BATCH_COUNT_FACTOR,
  }),
  ownProgram({
    name: "batch-all",
    title: 'batch: "all"',
    batch: "all",
    operations: BATCHED,
    countFactor: BATCH_COUNT_FACTOR,
  }),
  OVER_GRPC_JS,
  ...([
    ["node22", "Node 22"],
    ["node24", "Node 24"],
    ["bun", "Bun"],
  ] as const).map(([runtime, name]) =>
    onRuntime(runtime, {
      title: `grpc1.23, ${name}`,
      operations: ON_RUNTIMES,
      countFactor: SINGLE_COUNT_FACTOR,
    })
  ),
  FLOOR,
  { ...etcd3OnNode, operations: PLAIN },
  { ...etcd3OnDeno, operations: PLAIN },
  { ...goProgram, operations: EVERY, countFactor: SINGLE_COUNT_FACTOR },
];

function ownProgram(
  { balancer, batch, transport, operations = EVERY, ...program }:
    & Pick<Program, "name" | "title" | "countFactor">
    & {
      readonly balancer?: string;
      readonly batch?: string;
      readonly transport?: string;
      readonly operations?: readonly string[];
    },
): Program {
  return {
    ...program,
    operations,
    prepare: () =>
      Promise.resolve((run: Run) =>
        ownCommand(new URL("../ours/main.ts", import.meta.url), {
          ...variables(run),
          BALANCER: balancer ?? "grpc1.23",
          BATCH: batch ?? "off",
          TRANSPORT: transport ?? "http2",
        })
      ),
  };
}
