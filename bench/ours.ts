// The work of peers/bench_grpcjs.ts done with this client, for unary.ts.
// EP=127.0.0.1:2379 OP=serget|linget|put N=20000 C=64 BALANCER=grpc1.23
import process from "node:process";
import { type BalancerName, type BatchMode, Client } from "../mod.ts";

const { EP, OP = "serget", BALANCER = "grpc1.23", BATCH = "off" } = Deno.env
  .toObject();
const N = Number(Deno.env.get("N") ?? 20_000);
const C = Number(Deno.env.get("C") ?? 64);

await using client = new Client({
  endpoints: EP ?? "127.0.0.1:2379",
  balancer: BALANCER as BalancerName,
  requestTimeoutMs: false,
  batch: BATCH as BatchMode,
});
const key = new TextEncoder().encode("bench/a");
const value = new TextEncoder().encode("v".repeat(256));
const operations: Record<string, (at: number) => Promise<unknown>> = {
  serget: () => client.get(key, { serializable: true }),
  linget: () => client.get(key),
  put: (at) => client.put(`bench/k${at % 1_000}`, value),
};
const operation = operations[OP];
if (!operation) throw new Error(`Cannot run the operation '${OP}': not known`);

async function run(count: number): Promise<void> {
  let at = 0;
  await Promise.all(Array.from({ length: C }, async () => {
    while (at < count) await operation?.(at++);
  }));
}

await client.put(key, value);
await run(Math.ceil(N / 10));
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
await run(N);
const seconds = (performance.now() - startedAt) / 1_000;
const { user, system } = process.cpuUsage(cpuBefore);
// deno-lint-ignore no-console -- a program's output
console.log(
  `${BALANCER} ${OP} n=${N} c=${C} ${(N / seconds).toFixed(0)} op/s cpu ${
    ((user + system) / N).toFixed(1)
  } us/op`,
);
