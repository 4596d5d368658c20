import { assert, assertEquals, assertRejects } from "@std/assert";
import { TimeoutError } from "../../../mod.ts";
import { AlarmAction, AlarmType } from "../../../proto/gen/messages.ts";
import { DowngradeAction } from "../../../proto/gen/messages.ts";
import { fromBigInt } from "../../../proto/int64.ts";
import { methods } from "../../../proto/methods.ts";
import { isServiceError } from "../../harness/cluster/raw_call.ts";
import {
  type Member,
  rawCall,
  startEtcd,
  type TestCluster,
  waitFor,
} from "../../harness/mod.ts";
import { waitUntilApplied } from "../../scenarios/steps/every_member.ts";
import { type Checks, ctl, ctlJson } from "./_check.ts";

/** What `etcdctl` says of one member, as JSON. */
export async function told<T>(
  cluster: TestCluster,
  member: Member,
  ...args: readonly string[]
): Promise<T> {
  const all = await ctlJson<readonly (T & { readonly Endpoint: string })[]>(
    cluster,
    "endpoint",
    ...args,
  );
  const one = all.find(({ Endpoint }) => Endpoint === member.directEndpoint);
  assert(one);
  return one;
}

/** What `endpoint status` says of one member. */
export interface ToldStatus {
  readonly Status: {
    readonly version: string;
    readonly dbSize: number;
    readonly raftTerm: number;
    readonly leader: number;
  };
}

async function sizeOf(cluster: TestCluster, member: Member): Promise<number> {
  return (await told<ToldStatus>(cluster, member, "status")).Status.dbSize;
}

/** What a bare call says of a downgrade to the version before; "" if it may. */
async function downgradeRefusal({ binaries, members }: TestCluster) {
  const [member] = members;
  try {
    await rawCall(
      member?.directEndpoint ?? "",
      methods.maintenance.downgrade,
      { action: DowngradeAction.VALIDATE, version: versionBefore(binaries) },
    );
    return "";
  } catch (error) {
    if (isServiceError(error)) return error.details;
    throw error;
  }
}

function versionBefore({ version }: { readonly version: string }): string {
  return `3.${Number(version.split(".")[1]) - 1}`;
}

/** The service that looks after members. */
export const MAINTENANCE_CHECKS: Checks<"maintenance"> = {
  async status({ cluster, client }) {
    const [member] = cluster.members;
    assert(member);
    // A database that is being written grows between two looks at it.
    const { status, Status } = await waitFor("two looks alike", async () => {
      const status = await client.member(member.endpoint).status();
      const { Status } = await told<ToldStatus>(cluster, member, "status");
      return status.dbSizeBytes === BigInt(Status.dbSize) && { status, Status };
    });
    assertEquals(status.version, Status.version);
    assertEquals(status.raftTerm, BigInt(Status.raftTerm));
    assertEquals(Number(status.leader), Status.leader);
  },

  async alarm({ cluster, client }) {
    const [member] = cluster.members;
    assert(member);
    // Raised by hand, as only a full database has this one.
    await rawCall(member.directEndpoint, methods.maintenance.alarm, {
      action: AlarmAction.ACTIVATE,
      memberID: fromBigInt(member.id),
      alarm: AlarmType.NOSPACE,
    });
    const lines = (await client.maintenance.alarms()).map(({ memberId }) =>
      `memberID:${memberId} alarm:NOSPACE`
    );
    assertEquals(lines, [`memberID:${member.id} alarm:NOSPACE`]);
    assertEquals(await ctl(cluster, "alarm", "list"), lines);
    await client.maintenance.disarm({ type: "no_space" });
    assertEquals(await ctl(cluster, "alarm", "list"), []);
  },

  async defragment({ cluster, client }) {
    for (let at = 0; at < 3; at++) {
      await client.put("large", "x".repeat(1_000_000));
    }
    const { header: { revision } } = await client.put("large", "small");
    await client.kv.compact(revision, { physical: true });
    const [member] = cluster.members;
    assert(member);
    await using calls = client.member(member.endpoint);
    await waitFor("the member to have compacted", async () => {
      // Pages count as free from the next write on.
      await client.put("another", "write");
      return (await calls.status()).dbSizeInUseBytes < 2_000_000n;
    });
    const before = await sizeOf(cluster, member);
    await calls.defragment();
    const after = await sizeOf(cluster, member);
    assert(before > 3_000_000 && after < 2_000_000, `${before}, ${after}`);
  },

  async hash({ cluster, client }) {
    const [member] = cluster.members;
    assert(member);
    await using calls = client.member(member.endpoint);
    // etcdctl has no such command.
    await waitFor("the same hash by a bare call", async () => {
      const { hash } = await calls.hash();
      const bare = await rawCall(
        member.directEndpoint,
        methods.maintenance.hash,
        {},
      );
      return hash === bare.hash;
    });
  },

  async hashKv({ cluster, client }) {
    const { header: { revision } } = await client.put("hashed", "x");
    // etcdctl asks every member, whichever it is to tell of.
    await waitUntilApplied(cluster, revision);
    const hashes = new Set<number>();
    for (const member of cluster.members) {
      await using calls = client.member(member.endpoint);
      const { hash, header } = await calls.hashKv({ revision });
      assertEquals(header.memberId, member.id);
      const { HashKV } = await told<{ HashKV: { hash: number } }>(
        cluster,
        member,
        "hashkv",
        `--rev=${revision}`,
      );
      assertEquals(hash, HashKV.hash);
      const earlier = await calls.hashKv({ revision: revision - 1n });
      assert(earlier.hash !== hash);
      hashes.add(hash);
    }
    assertEquals(hashes.size, 1);
  },

  async snapshot({ cluster, client }) {
    const { header: { revision } } = await client.put("kept", "as it was");
    await waitUntilApplied(cluster, revision);
    const file = `${cluster.dataRoot}/every-rpc.db`;
    const { writable } = await Deno.create(file);
    await client.maintenance.snapshot().pipeTo(writable);
    await client.put("kept", "changed since");
    await using restored = await startEtcd({ members: 1, snapshot: file });
    assertEquals(await ctl(restored, "get", "kept"), ["kept", "as it was"]);
  },

  async moveLeader({ cluster, client }) {
    const [leader, follower] = [
      await cluster.leader(),
      await cluster.follower(),
    ];
    await client.member(leader.endpoint).moveLeader(follower.id);
    await waitFor("etcdctl to name another leader", async () => {
      const { Status } = await told<ToldStatus>(cluster, follower, "status");
      return Status.leader === Number(follower.id);
    });
  },

  async downgrade({ cluster, client }) {
    const { binaries } = cluster;
    const { downgrade } = client.member((await cluster.leader()).endpoint);
    const change = async (call: Promise<unknown>) => {
      if (!binaries.version.startsWith("3.5.")) {
        await call;
        return;
      }
      // etcd 3.5 does as told and forgets to answer (its apply.go).
      const error = await assertRejects(() => call, TimeoutError);
      assert(error.maybeCommitted);
    };
    const { version } = await downgrade.validate(versionBefore(binaries));
    assert(binaries.version.startsWith(version.slice(0, 3)), version);
    assertEquals(await downgradeRefusal(cluster), "");
    await change(
      downgrade.enable(versionBefore(binaries), { timeoutMs: 1_500 }),
    );
    const refused = await downgradeRefusal(cluster);
    assert(refused.includes("downgrade job in progress"), refused);
    await change(downgrade.cancel({ timeoutMs: 1_500 }));
    assertEquals(await downgradeRefusal(cluster), "");
  },
};
