// A member that lags by seconds under load has an older revision than a watch
// that comes to it has received: no history is lost by that.
import { assert, assertEquals } from "@std/assert";
import { Client } from "../../../mod.ts";
import { type Member, sleep, waitFor } from "../../harness/mod.ts";
import { History } from "../../harness/history.ts";
import {
  cluster,
  eachStrategy,
  newClient,
  startThreeMembers,
} from "../_three_members.ts";

startThreeMembers();

const HEARTBEAT = { intervalMs: 300, timeoutMs: 1_000 };

/** Writes until it is told to end; resolves to the last revision. */
async function load(
  writer: Client,
  key: string,
  signal: AbortSignal,
): Promise<bigint> {
  let revision = 0n;
  while (!signal.aborted) {
    const puts = Array.from({ length: 20 }, () => writer.put(key, "x"));
    for (const { header } of await Promise.all(puts)) {
      if (header.revision > revision) ({ revision } = header);
    }
  }
  return revision;
}

/** Members besides one accept clients, or do not. */
async function others(
  one: Member,
  kind: "pass" | "refuse",
): Promise<void> {
  const rest = cluster.members.filter((member) => member !== one);
  await Promise.all(rest.map(({ proxy }) => proxy.set({ kind })));
}

eachStrategy(
  "a watch on a member that lags by seconds under load goes on without a gap",
  async (balancer) => {
    const key = `lag/${balancer}`;
    const leader = await cluster.leader();
    await using writer = new Client({
      endpoints: leader.directEndpoint,
      keepAlive: false,
    });
    await using client = newClient(balancer);
    const states: string[] = [];
    const lagging = await cluster.follower();
    await lagging.proxy.set({ kind: "refuse" });
    await using watch = client.watch(key, {
      heartbeat: HEARTBEAT,
      // Or the member would end it.
      requireLeader: false,
      onStateChange: (state) =>
        states.push(state.kind === "live" ? state.endpoint : state.kind),
    });
    const { revision: base } = await watch.ready;
    const history = new History(watch);
    const end = new AbortController();
    await cluster.isolate(lagging);
    const writing = load(writer, key, end.signal);
    await waitFor(
      "what the member does not have",
      () => history.revisions.size > 200,
    );
    await lagging.proxy.set({ kind: "pass" });
    await others(lagging, "refuse");
    await waitFor("the watch on it", () => states.at(-1) === lagging.endpoint);
    // None of its checks is answered, then those that other members answer.
    await sleep(1_500);
    await others(lagging, "pass");
    await sleep(1_500);
    // Before it is back: with it may come an election.
    end.abort();
    const last = await writing;
    await cluster.heal();
    await history.reach(last);
    assertEquals(history.error, undefined);
    assertEquals(history.faults, []);
    assertEquals(BigInt(history.revisions.size), last - base);
    assert(watch.state.kind === "live");
  },
);
