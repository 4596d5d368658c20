// What becomes of long streams when their member is none of the endpoints any
// more, though it goes on answering: they move, and nothing is lost.
import { assert, assertEquals } from "@std/assert";
import type { BalancerName } from "../../../balancers/mod.ts";
import { Client, type WatchState } from "../../../mod.ts";
import { type Member, waitFor } from "../../harness/mod.ts";
import { observer } from "../../scenarios/steps/clients.ts";
import { repeatDuring } from "../../scenarios/steps/repeat_during.ts";
import { WatchLog } from "../../scenarios/watch/log.ts";
import { cluster, eachStrategy, startThreeMembers } from "../_three_members.ts";

startThreeMembers();

function newClient(endpoints: string, balancer: BalancerName): Client {
  // A ping would show that the connection is left.
  return new Client({ endpoints, balancer, keepAlive: false });
}

/** How many connections clients have to a member. */
async function open(member: Member): Promise<number> {
  return (await member.proxy.stats()).open;
}

eachStrategy(
  "a watch, a lease, an observer and a waiting lock leave a member that was removed",
  async (balancer) => {
    const [removed, ...others] = cluster.members;
    assert(removed);
    await using writer = observer(cluster);
    await using client = newClient(removed.endpoint, balancer);
    const states: WatchState["kind"][] = [];
    await using log = await WatchLog.start(client, `${balancer}/watched`, {
      onStateChange: ({ kind }) => states.push(kind),
    });
    await using lease = await client.lease.grant(4);
    await lease.keepAlive();
    const election = `${balancer}/election`;
    const { leader } = await writer.election.campaign(election, "1", {
      lease: lease.id,
    });
    const leaders = client.election.observe(election);
    assertEquals((await leaders.next()).value?.value.text(), "1");
    await using holder = await writer.session();
    const lock = await holder.lock(`${balancer}/lock`);
    await using waiter = await client.session();
    const waiting = waiter.lock(`${balancer}/lock`);
    waiting.catch(() => {});
    assertEquals(await open(removed), 1);

    const written: bigint[] = [];
    const write = async () => {
      const { header } = await writer.put(`${balancer}/watched`, "x");
      written.push(header.revision);
    };
    await repeatDuring(write, async (signal) => {
      await waitFor("writes", () => written.length >= 10, { signal });
      client.setEndpoints(others.map(({ endpoint }) => endpoint));
      await waitFor("nobody on the member that was removed", async () => {
        return await open(removed) === 0;
      }, { signal });
      const enough = written.length + 10;
      await waitFor("writes", () => written.length >= enough, { signal });
    }, {});
    await log.caughtUp(written);
    assertEquals(log.revisions, written);
    assert(others.includes(log.member(cluster)));
    assertEquals(states, ["live", "reconnecting", "live"]);

    await writer.election.proclaim(leader, "2");
    assertEquals((await leaders.next()).value?.value.text(), "2");
    await leaders.return?.();
    await lock.unlock();
    await (await waiting).unlock();
    let least = 4;
    await waitFor("a renewal on another member", async () => {
      const { remainingSeconds } = await lease.timeToLive();
      const renewed = remainingSeconds > least;
      least = Math.min(least, remainingSeconds);
      return renewed;
    });
    assert(!lease.signal.aborted && !waiter.signal.aborted);
    assertEquals(await open(removed), 0);
  },
);

eachStrategy(
  "syncEndpoints() moves a watch to the members, and calls end where they run",
  async (balancer) => {
    const [first] = cluster.members;
    assert(first);
    // Another name for it, which no member has.
    const alias = first.endpoint.replace("127.0.0.1", "localhost");
    await using writer = observer(cluster);
    await using client = newClient(alias, balancer);
    await using watch = client.watch(`${balancer}/k`);
    await watch.ready;
    assertEquals(watch.state, { kind: "live", endpoint: alias });
    await using lease = await writer.lease.grant(60);
    const held = await writer.lock.lock(`${balancer}/server`, {
      lease: lease.id,
    });
    await using other = await writer.lease.grant(60);
    const waiting = client.lock.lock(`${balancer}/server`, { lease: other.id });
    waiting.catch(() => {});
    await waitFor("a call that waits", () => {
      const { endpoints } = client.balancer;
      return endpoints.some(({ inFlight }) => inFlight === 2);
    });
    await client.syncEndpoints();
    await waitFor("a watch on a member", () => {
      return watch.state.kind === "live" && watch.state.endpoint !== alias;
    });
    const { header } = await writer.put(`${balancer}/k`, "x");
    for await (const { kv } of watch.events()) {
      assertEquals(kv.modRevision, header.revision);
      break;
    }
    await writer.lock.unlock(held.key);
    await waiting;
  },
);
