import { assert, assertEquals } from "@std/assert";
import { type ClusterMember, EtcdError } from "../../../mod.ts";
import { type Member, type TestCluster, waitFor } from "../../harness/mod.ts";
import { type Checks, ctl } from "./_check.ts";

/** The members by `etcdctl`: id, state, name, peer and client URLs, learner. */
export async function listed(cluster: TestCluster): Promise<readonly string[]> {
  return (await ctl(cluster, "member", "list")).toSorted();
}

/** The same of ours. */
export function asListed(
  members: readonly ClusterMember[],
): readonly string[] {
  return members.map(({ id, name, peerUrls, clientUrls, isLearner }) =>
    [
      id.toString(16),
      clientUrls.length > 0 ? "started" : "unstarted",
      name,
      peerUrls.join(","),
      clientUrls.join(","),
      isLearner,
    ].join(", ")
  ).sort();
}

let joined: Member;

/** The service of members: one joins, votes, and leaves again. */
export const CLUSTER_CHECKS: Checks<"cluster"> = {
  async memberList({ cluster, client }) {
    const { members, header } = await client.cluster.members();
    assertEquals(asListed(members), await listed(cluster));
    assertEquals(members.map(({ id }) => id), [header.memberId]);
  },

  async memberUpdate({ cluster, client }) {
    const [only] = (await client.cluster.members()).members;
    assert(only);
    const peerUrls = ["http://127.0.0.1:1", "http://[::1]:1"];
    await client.cluster.update(only.id, peerUrls);
    const { members: [now] } = await client.cluster.members();
    assertEquals([...now?.peerUrls ?? []].sort(), peerUrls);
    assertEquals(asListed(now ? [now] : []), await listed(cluster));
    await client.cluster.update(only.id, only.peerUrls);
    assertEquals(asListed([only]), await listed(cluster));
  },

  async memberAdd({ cluster, client }) {
    let added: ClusterMember | undefined;
    joined = await cluster.join(async (peerUrl) => {
      const { member, members } = await client.cluster.add(peerUrl, {
        asLearner: true,
      });
      assertEquals([member.peerUrls, member.isLearner], [[peerUrl], true]);
      assertEquals(asListed(members), await listed(cluster));
      added = member;
    });
    assertEquals(added?.id, joined.id);
  },

  async memberPromote({ cluster, client }) {
    const members = await waitFor("the learner to have caught up", async () => {
      try {
        return (await client.cluster.promote(joined.id)).members;
      } catch (error) {
        if (!(error instanceof EtcdError)) throw error;
        assertEquals(error.code, "learner_not_ready");
        return undefined;
      }
    });
    assertEquals(members.map(({ isLearner }) => isLearner), [false, false]);
    assertEquals(asListed(members), await listed(cluster));
  },

  async memberRemove({ cluster, client }) {
    const { members } = await client.cluster.remove(joined.id);
    assertEquals(members.length, 1);
    assertEquals(asListed(members), await listed(cluster));
    await waitFor("the member that was removed to stop", () => !joined.running);
  },
};
