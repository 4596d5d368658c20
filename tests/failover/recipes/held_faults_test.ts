// Permits, read-write locks and a double barrier while those who hold them are
// killed and frozen, and links and members fail.
// By hand, for longer: deno task test --minutes 10 FILE
import { assert, assertEquals } from "@std/assert";
import { type Client, prefix } from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import { observer } from "../../scenarios/steps/clients.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";
import { ACTIVE, activeHistory, whileActive } from "./_active.ts";
import { Rounds } from "./barrier/_rounds.ts";
import {
  programStart,
  say,
  startWorkers,
  suffer,
  TTL_SECONDS,
} from "./_faults.ts";

const WORKERS = 4;
const LIMIT = 2;
const COUNT = 3;
/** Of each kind, after the faults. */
const ENOUGH = 8;
const KINDS = ["permit", "read", "write", "meet"];

startThreeMembers();

/** Holds all of them at once; says so in etcd, by keys that their guards protect. */
function holder(): string {
  return `${
    programStart("doubleBarrier, rwLock, semaphore")
  }const ttlSeconds = ${TTL_SECONDS};
const permits = semaphore(client, "fleet", { limit: ${LIMIT}, ttlSeconds });
const locks = rwLock(client, "index", { ttlSeconds });
const meeting = doubleBarrier(client, "meet", { count: ${COUNT}, ttlSeconds });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function holdPermit() {
  await using permit = await permits.acquire();
  ${whileActive("permit", "permit")}
}

async function holdLock() {
  const kind = Math.random() < 0.7 ? "read" : "write";
  await using lock = await locks[\`\${kind}Lock\`]();
  ${whileActive("lock", "${kind}")}
}

async function meet() {
  const presence = await meeting.enter();
  console.log("meet");
  await sleep(Math.random() * 20);
  await presence.leave();
  await client.put("meet/left", String(presence.revision));
}

async function again(run, pauseMs) {
  for (;;) {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      // There may be too many, until one that was killed is cleared.
      await sleep(pauseMs);
    }
  }
}
await Promise.all([again(holdPermit, 0), again(holdLock, 0), again(meet, 100)]);`;
}

/** What the keys say that are there while something is held. */
async function judgeHeld(
  client: Client,
  startRevision: bigint,
): Promise<void> {
  const faults: string[] = [];
  const most = new Map<string, number>();
  let active: readonly string[] = [];
  const held = ["fleet/permits/", "index/"];
  for await (active of activeHistory(client, { startRevision, held })) {
    const [permit = 0, read = 0, write = 0] = KINDS.map((kind) => {
      const count = active.filter((key) =>
        key.startsWith(`${ACTIVE}${kind}/`)
      ).length;
      most.set(kind, Math.max(most.get(kind) ?? 0, count));
      return count;
    });
    if (permit > LIMIT) faults.push(`${active}`);
    if (write > 1 || (write === 1 && read > 0)) faults.push(`${active}`);
  }
  say(`at once: ${JSON.stringify([...most])}`);
  assertEquals([faults, active], [[], []]);
  // There was something to see.
  assertEquals([most.get("permit"), most.get("write")], [LIMIT, 1]);
  assert((most.get("read") ?? 0) > 1);
}

/** What the keys of the double barrier say. */
async function judgeRounds(
  client: Client,
  startRevision: bigint,
): Promise<void> {
  const rounds = new Rounds(COUNT);
  await rounds.read(client, { name: "meet", startRevision });
  const { opened, left, faults } = rounds;
  say(`${opened} rounds, ${left} have left`);
  assertEquals(faults, []);
  assert(opened > 2 && left > 2, `${opened}, ${left}`);
}

Deno.test("no more than may hold a permit or a lock, and so many begin and end together, while holders, links and members fail", async () => {
  await cluster.reset();
  await using other = observer(cluster);
  const { header } = await other.range(prefix(ACTIVE));
  {
    await using workers = await startWorkers(holder(), {
      count: WORKERS,
      ready: /^permit$/,
    });
    const fates = await suffer(workers);
    const counts = () =>
      KINDS.map((kind) => workers.lines.filter((one) => one === kind).length);
    const before = counts();
    say(`${before} of ${KINDS}, ${fates}`);
    await waitFor(
      "some of each",
      () => counts().every((now, at) => now >= (before[at] ?? 0) + ENOUGH),
      { timeoutMs: 60_000 },
    );
  }
  // They are all gone, and their time will be over.
  for (const start of ["fleet/permits/", "index/", "meet/waiters/"]) {
    await waitFor(
      `nothing at ${start}`,
      async () => (await other.range(prefix(start))).count === 0n,
      { timeoutMs: 30_000 },
    );
  }
  await judgeHeld(other, header.revision + 1n);
  await judgeRounds(other, header.revision + 1n);
});
