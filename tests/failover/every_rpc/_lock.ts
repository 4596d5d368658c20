import { assert, assertEquals } from "@std/assert";
import type { LeaderKey } from "../../../mod.ts";
import { type Checks, ctl, toldKey } from "./_check.ts";

const HOLDER = 4_711n;

/** The server's locks. */
export const LOCK_CHECKS: Checks<"lock"> = {
  async lock({ cluster, client }) {
    const lease = await client.lease.grant(60, { id: HOLDER });
    const { key } = await client.lock.lock("lock", { lease: lease.id });
    assertEquals(
      await ctl(cluster, "get", "--prefix", "--keys-only", "lock/"),
      [key.text()],
    );
    assertEquals((await toldKey(cluster, key.text()))?.lease, Number(HOLDER));
    lease.orphan();
  },

  async unlock({ cluster, client }) {
    const key = `lock/${HOLDER.toString(16)}`;
    assertEquals(await ctl(cluster, "get", "--keys-only", key), [key]);
    await client.lock.unlock(key);
    assertEquals(await ctl(cluster, "get", "--prefix", "lock/"), []);
    // Whoever waits by etcdctl is next.
    const said = await ctl(cluster, "lock", "lock", "--", "echo", "had it");
    assertEquals(said, ["had it"]);
  },
};

let leading: LeaderKey;

/** The server's elections. */
export const ELECTION_CHECKS: Checks<"election"> = {
  async campaign({ cluster, client }) {
    const lease = await client.lease.grant(60, { id: HOLDER });
    const { leader } = await client.election.campaign("poll", "elected", {
      lease: lease.id,
    });
    leading = leader;
    assertEquals(await ctl(cluster, "get", "--prefix", "poll/"), [
      leader.key.text(),
      "elected",
    ]);
    const told = await toldKey(cluster, leader.key.text());
    assertEquals(told?.createRevision, Number(leader.revision));
    lease.orphan();
  },

  async proclaim({ cluster, client }) {
    await client.election.proclaim(leading, "proclaimed");
    assertEquals(await ctl(cluster, "get", "--prefix", "poll/"), [
      leading.key.text(),
      "proclaimed",
    ]);
  },

  async leader({ cluster, client }) {
    const leader = await client.election.leader("poll");
    assert(leader);
    assertEquals(
      [leader.key.text(), leader.value.text()],
      await ctl(cluster, "get", "--prefix", "poll/"),
    );
  },

  async observe({ cluster, client }) {
    const key = leading.key.text();
    const seen: string[] = [];
    for await (const { value } of client.election.observe("poll")) {
      seen.push(value.text());
      if (seen.length === 2) break;
      await ctl(
        cluster,
        "put",
        key,
        "by etcdctl",
        `--lease=${HOLDER.toString(16)}`,
      );
    }
    assertEquals(seen, ["proclaimed", "by etcdctl"]);
  },

  async resign({ cluster, client }) {
    await client.election.resign(leading);
    assertEquals(await ctl(cluster, "get", "--prefix", "poll/"), []);
  },
};
