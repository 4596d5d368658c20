// A double barrier while those who meet are killed and frozen, and links and
// members fail. By hand, for longer: deno task test --minutes 10 FILE
import { assert, assertEquals } from "@std/assert";
import { prefix } from "../../../../mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { observer } from "../../../scenarios/steps/clients.ts";
import { cluster, startThreeMembers } from "../../_three_members.ts";
import {
  programStart,
  say,
  startWorkers,
  suffer,
  TTL_SECONDS,
} from "../_faults.ts";
import { Rounds } from "./_rounds.ts";

const COUNT = 3;

startThreeMembers();

/** Meets the others again and again; says when it has left, and who it was. */
function member(): string {
  return `${programStart("doubleBarrier")}
const meeting = doubleBarrier(client, "meet", {
  count: ${COUNT},
  ttlSeconds: ${TTL_SECONDS},
});
console.log("ready");
for (;;) {
  try {
    const presence = await meeting.enter();
    console.log("in");
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    await presence.leave();
    await client.put("meet/left", String(presence.revision));
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    // Too many, until one that was killed is cleared.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}`;
}

Deno.test("so many begin and end together while they, links and members fail", async () => {
  await cluster.reset();
  await using other = observer(cluster);
  const { header } = await other.range(prefix("meet/"));
  let fates: readonly string[];
  {
    await using workers = await startWorkers(member(), {
      count: COUNT,
      ready: /^ready$/,
    });
    fates = await suffer(workers);
    const before = workers.lines.length;
    await waitFor("more rounds", () => workers.lines.length > before + 10, {
      timeoutMs: 60_000,
    });
  }
  await waitFor(
    "nobody",
    async () => (await other.range(prefix("meet/waiters"))).count === 0n,
    { timeoutMs: 30_000 },
  );
  const rounds = new Rounds(COUNT);
  await rounds.read(other, {
    name: "meet",
    startRevision: header.revision + 1n,
  });
  const { opened, left, faults } = rounds;
  say(`${opened} rounds, ${left} left, ${fates}`);
  assertEquals(faults, []);
  assert(opened > 5 && left > 10, `${opened}, ${left}`);
});
