/**
 * `deno task soak`: a client in a process of its own under seeded faults, and
 * what it holds at each quiet point.
 *
 * @module
 */
import { note, print, userPath } from "../../tools/output/mod.ts";
import { startEtcd } from "../harness/mod.ts";
import { HELP, readSoakArgs, type SoakArgs, UsageError } from "./_args.ts";
import { appendRecord, runningCommit } from "./record.ts";
import { soak } from "./soak.ts";

const FILE = new URL("../../docs/measured/soak.json", import.meta.url);
const WINDOW_MS = 120_000;
// Fewer cannot be compared.
const LEAST_WINDOWS = 9;

/** The command: resolves to its exit code. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    print(HELP);
    return 0;
  }
  try {
    return await run(readSoakArgs(args, drawSeed));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    note(`${error.message}\nSee deno task soak --help`);
    return 2;
  }
}

function drawSeed(): number {
  return Math.ceil(Math.random() * (2 ** 31 - 1));
}

async function run(asked: SoakArgs): Promise<number> {
  const { balancer, transport, minutes, seed, etcd, to } = asked;
  // What is committed while it runs is not what it runs.
  const code = await runningCommit();
  const about = `${balancer} over ${transport}, seed ${seed}, ${minutes} min`;
  note(`${about}${code.dirty ? ", published code changed: counts not" : ""}`);
  await using cluster = await startEtcd(
    etcd === undefined ? {} : { version: etcd },
  );
  const result = await soak({
    ...asked,
    cluster,
    windowMs: Math.min(WINDOW_MS, minutes * 60_000 / LEAST_WINDOWS),
    onLine: note,
  });
  const file = to === undefined ? FILE : userPath(to);
  await appendRecord(file, { ...code, ...result });
  print(JSON.stringify(result, undefined, 2));
  print(`${about}: ${result.verdict}`);
  return result.verdict === "passed" ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
