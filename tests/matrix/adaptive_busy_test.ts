// A healthy cluster on a machine with more to do than it can: no member is
// ejected for that, but around an election, and hardly a read is sent twice.
// ETCDENO_MATRIX_MINUTES=10 deno task test FILE
import { assert, assertEquals } from "@std/assert";
import { Client, type ClientEvent } from "../../mod.ts";
import {
  metricOf,
  sleep,
  startEtcd,
  type TestCluster,
} from "../harness/mod.ts";
import { minutesOr } from "../harness/cluster/long_run.ts";

const MINUTES = minutesOr(0.5);
const BUSY_LOOPS = 4;
const CALLERS = 16;
const PACE_MS = 10;
const MOST_HEDGED = 0.001;
// An ejection this long after a change of leaders belongs to it.
const ELECTION_MS = 5_000;
const POLL_MS = 200;

/** Takes a processor, as far as there is one. */
function busyLoop(): AsyncDisposable {
  const child = new Deno.Command("sh", { args: ["-c", "while :; do :; done"] })
    .spawn();
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

/** The changes of leaders that the members have seen. */
function leaderChanges({ members }: TestCluster): Promise<number> {
  return metricOf(members, "etcd_server_leader_changes_seen_total");
}

Deno.test(`adaptive | ${MINUTES} minutes on a healthy cluster beside ${BUSY_LOOPS} busy loops: no ejection but around an election, hedges of at most ${MOST_HEDGED} of the reads`, async () => {
  await using cluster = await startEtcd();
  await using stack = new AsyncDisposableStack();
  const events: { readonly atMs: number; readonly event: ClientEvent }[] = [];
  await using client = new Client({
    endpoints: cluster.endpoints,
    balancer: "adaptive",
    onEvent: (event) => events.push({ atMs: performance.now(), event }),
  });
  for (let at = 0; at < BUSY_LOOPS; at++) stack.use(busyLoop());
  const endAt = performance.now() + MINUTES * 60_000;
  let reads = 0;
  const changedAt: number[] = [];
  await Promise.all([
    ...Array.from({ length: CALLERS }, async (_, caller) => {
      for (let turn = caller; performance.now() < endAt; turn++) {
        if (turn % 4 === 0) await client.put("busy", "x");
        else {
          await client.get("busy");
          reads++;
        }
        await sleep(PACE_MS);
      }
    }),
    (async () => {
      let seen = await leaderChanges(cluster);
      while (performance.now() < endAt) {
        await sleep(POLL_MS);
        const now = await leaderChanges(cluster);
        if (now !== seen) changedAt.push(performance.now());
        seen = now;
      }
    })(),
  ]);
  const of = (type: ClientEvent["type"]) =>
    events.filter(({ event }) => event.type === type);
  const unexplained = of("ejected").filter(({ atMs }) =>
    !changedAt.some((at) => Math.abs(at - atMs) < ELECTION_MS)
  );
  const about =
    `${reads} reads, ${of("hedged").length} hedged, ${
      of("suspect").length
    } suspicions, ` +
    `${of("ejected").length} ejections, ${changedAt.length} changes of leaders`;
  // deno-lint-ignore no-console -- the figures are what the long run is for
  console.log(`  ${about}`);
  assert(reads > 100, about);
  assertEquals(unexplained, [], about);
  assert(of("hedged").length <= Math.max(MOST_HEDGED * reads, 1), about);
});
