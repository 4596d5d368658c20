// Members that come and go, held against what etcdctl says.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  type ClusterMember,
  EtcdError,
  InvalidOptionError,
  type MembersResult,
  UnsupportedError,
} from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import { asListed, listed } from "../every_rpc/_cluster.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";

startThreeMembers();

function connect(): Client {
  return new Client({ endpoints: cluster.endpoints, requestTimeoutMs: 20_000 });
}

/** Makes a change of the members, as soon as all have been connected for 5 s. */
async function onceHealthy<T>(change: () => Promise<T>): Promise<T> {
  const made = await waitFor("a cluster that may change", async () => {
    try {
      return { result: await change() };
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      if (error.code !== "unhealthy") throw error;
      assert(!error.maybeCommitted);
      return undefined;
    }
  }, { timeoutMs: 30_000 });
  return made.result;
}

async function addLearner(
  client: Client,
  peerUrl: string,
): Promise<MembersResult & { readonly member: ClusterMember }> {
  return await onceHealthy(() =>
    client.cluster.add(peerUrl, { asLearner: true })
  );
}

/** Waits until etcdctl has these: etcd 3.4 asks any member, whatever it has. */
async function waitUntilListed(
  members: readonly ClusterMember[],
): Promise<void> {
  const expected = asListed(members).join("\n");
  await waitFor(
    `a list of ${members.length} members`,
    async () => (await listed(cluster)).join("\n") === expected,
  );
}

Deno.test("client.cluster adds a learner, promotes it, and removes it", async () => {
  await using client = connect();
  await client.put("before", "the learner");
  let added: ClusterMember | undefined;
  const joined = await cluster.join(async (peerUrl) => {
    const { member, members } = await addLearner(client, peerUrl);
    assertEquals(member.peerUrls, [peerUrl]);
    assertEquals([member.name, member.isLearner], ["", true]);
    assertEquals(members.length, 4);
    await waitUntilListed(members);
    added = member;
  });
  assert(added);
  const { id } = added;
  assertEquals(joined.id, id);
  const calls = client.member(joined.endpoint);
  assert((await calls.status()).isLearner);
  // A learner serves no reads, and says so.
  await using student = new Client({ endpoints: joined.endpoint });
  const refused = await assertRejects(() => student.get("before"), EtcdError);
  assertEquals(refused.code, "not_supported_for_learner");
  await waitFor("the learner to have caught up", async () => {
    try {
      const { members } = await client.cluster.promote(id);
      return members.some((one) => one.id === id && !one.isLearner);
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      assertEquals(error.code, "learner_not_ready");
      return false;
    }
  });
  await waitFor("the member to know", async () => {
    return !(await calls.status()).isLearner;
  });
  assertEquals((await student.get("before"))?.value.text(), "the learner");
  const again = await assertRejects(
    () => client.cluster.promote(id),
    EtcdError,
  );
  assertEquals(again.code, "member_not_learner");
  const { members } = await onceHealthy(() => client.cluster.remove(id));
  await waitUntilListed(members);
  assertEquals(members.length, 3);
  await waitFor("the member that was removed to stop", () => !joined.running);
});

Deno.test("client.cluster passes on what the server refuses", async () => {
  await using client = connect();
  const { members: [first] } = await client.cluster.members();
  assert(first);
  const code = async (call: Promise<unknown>) =>
    (await assertRejects(() => call, EtcdError)).code;
  const nobody = 12_345n;
  assertEquals([
    await code(client.cluster.remove(nobody)),
    await code(client.cluster.promote(nobody)),
    await code(client.cluster.update(nobody, "http://127.0.0.1:3")),
    await code(addLearner(client, first.peerUrls[0] ?? "")),
    await code(client.cluster.add("127.0.0.1")),
  ], [
    "member_not_found",
    "member_not_found",
    "member_not_found",
    "peer_url_exists",
    "member_bad_urls",
  ]);
  for (
    const [option, call] of [
      ["peerUrls", () => client.cluster.add([])],
      ["id", () => client.cluster.remove(0n)],
      ["id", () => client.cluster.promote(1 as never)],
    ] as const
  ) {
    const error = await assertRejects(call, InvalidOptionError);
    assertEquals(error.option, option);
  }
});

Deno.test("client.cluster.members() asks a majority, where the server can", async () => {
  await using client = connect();
  const insist = () => client.cluster.members({ linearizable: true });
  if (cluster.binaries.version.startsWith("3.4.")) {
    const error = await assertRejects(insist, UnsupportedError);
    assertEquals(error.needs, "etcd 3.5");
    assertEquals((await client.cluster.members()).members.length, 3);
    return;
  }
  assertEquals(asListed((await insist()).members), await listed(cluster));
  // Alone, a member only knows what it knew.
  const [alone] = cluster.members;
  assert(alone);
  await using lonely = new Client({ endpoints: alone.endpoint });
  await lonely.connect();
  await cluster.isolate(alone);
  try {
    const ask = (linearizable: boolean | undefined) =>
      lonely.cluster.members({ linearizable, timeoutMs: 1_000 });
    const [local, byDefault] = [false, undefined];
    assertEquals((await ask(local)).members.length, 3);
    await assertRejects(() => ask(byDefault), EtcdError);
  } finally {
    await cluster.heal();
    await cluster.reset();
  }
});
