/**
 * The benchmark's work done with this client, as the programs in `../peers/` do
 * it with theirs: one operation, and a line with what it took.
 *
 * ```sh
 * EP=127.0.0.1:2379 OP=linget N=20000 C=64 BALANCER=grpc1.23 BATCH=off \
 *   TRANSPORT=http2 deno run -A bench/ours/main.ts
 * ```
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import {
  type BalancerName,
  type BatchMode,
  Client,
  type ClientOptions,
} from "../../mod.ts";
import { CALLS } from "./_calls.ts";
import { connectAndGet } from "./_connect.ts";
import { renewLeases } from "./_leases.ts";
import { type Figures, timeCalls, type Workload } from "./_timed.ts";
import { deliverToMany, deliverToOne } from "./_watches.ts";

// Also compiled for Node and Bun: nothing of Deno alone.
const { env } = process;
const { EP = "127.0.0.1:2379", OP = "serget", BALANCER = "grpc1.23" } = env;
const endpoints = EP.split(",").map((each) =>
  env.CA ? `https://${each}` : each
);
const tls = env.CA ? { ca: await readFile(env.CA, "utf8") } : undefined;
const workload: Workload = {
  count: Number(env.N ?? 20_000),
  inFlight: Number(env.C ?? 64),
};

const { opsPerSecond, cpuMicros, p50Micros, p99Micros } = await run();
// deno-lint-ignore no-console -- a program's output
console.log(
  `${BALANCER} ${OP} n=${workload.count} c=${workload.inFlight} ` +
    `${opsPerSecond.toFixed(0)} op/s cpu ${cpuMicros.toFixed(2)} us/op` +
    (p50Micros === undefined || p99Micros === undefined
      ? ""
      : ` p50 ${p50Micros.toFixed(0)} us p99 ${p99Micros.toFixed(0)} us`),
);

function open(): Client {
  return new Client({
    endpoints,
    tls,
    balancer: BALANCER as BalancerName,
    requestTimeoutMs: false,
    batch: (env.BATCH ?? "off") as BatchMode,
    transport: env.TRANSPORT as ClientOptions["transport"],
  });
}

async function run(): Promise<Figures> {
  if (OP === "connect") return await connectAndGet(open, workload);
  await using client = open();
  switch (OP) {
    case "watch":
      return await deliverToOne(client, workload);
    case "watch1000":
      return await deliverToMany(client, workload);
    case "lease1000":
      return await renewLeases(client, endpoints);
  }
  const call = CALLS[OP];
  if (call === undefined) throw new Error(`Cannot run '${OP}': not known`);
  await client.connect();
  return await timeCalls(workload, (at) => call(client, at));
}
