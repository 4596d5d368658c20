// Transactions of Go's client and of this one on the same counters at once.
import { assert, assertEquals } from "@std/assert";
import { goProgram } from "../../bench/programs/go.ts";
import { runToEnd } from "../../bench/rounds/run_program.ts";
import { Client } from "../../mod.ts";
import { type Isolation, json, stm } from "../../recipes/mod.ts";
import { startEtcd } from "../harness/mod.ts";

const COUNT = 300;
/** The program warms up before. */
const WARM_UP = COUNT / 10;
const COUNTERS = 4;
const PEER = await goProgram.prepare();
const ISOLATIONS: readonly Isolation[] = [
  "serializableSnapshot",
  "serializable",
  "repeatableReads",
];

Deno.test({
  name: "missing" in PEER
    ? `stm() and Go's NewSTM count together (skipped: ${PEER.missing})`
    : "stm() and Go's NewSTM count together",
  ignore: "missing" in PEER,
}, async () => {
  if ("missing" in PEER) return;
  await using cluster = await startEtcd();
  const endpoints = cluster.members.map(({ directEndpoint }) =>
    new URL(directEndpoint).host
  );
  await using client = new Client({ endpoints });
  let done = 0;
  let goRuns = 0;
  let conflicts = 0;
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  const { path, args } = PEER({
    // Go's reads at a revision fail at a member that has not got it yet.
    endpoints: endpoints.slice(0, 1),
    operation: { name: "stm4", title: "", inFlight: [], count: COUNT },
    inFlight: 8,
    count: COUNT,
  });
  const go = runToEnd({
    path: "sh",
    args: ["-c", 'exec "$0" "$@"', path, ...args],
  }).then(() => {
    goRuns = COUNT + WARM_UP;
  }).finally(over);
  const settled = Promise.allSettled([go]);
  const codec = json<number>();
  await Promise.all(Array.from({ length: 8 }, async (_, worker) => {
    const isolation = ISOLATIONS[worker % ISOLATIONS.length] ?? "serializable";
    // As long as both are at it.
    for (let at = 0; at < COUNT / 8 || !isOver; at++) {
      const from = (worker + at) % COUNTERS;
      const { attempts } = await stm(client, async (tx) => {
        for (const one of [from, (from + 1) % COUNTERS]) {
          const key = `bench/stm4/${one}`;
          tx.put(key, (await tx.get(key) ?? 0) + 1);
        }
      }, { codec, isolation, timeoutMs: 120_000 });
      conflicts += attempts - 1;
      done++;
    }
  }));
  await settled;
  await go;
  let sum = 0;
  for (let at = 0; at < COUNTERS; at++) {
    sum += (await client.get(`bench/stm4/${at}`))?.value.json<number>() ?? 0;
  }
  assertEquals(sum, 2 * (done + goRuns));
  assert(conflicts > 0);
});
