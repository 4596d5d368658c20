import type { BalancerName } from "../../balancers/mod.ts";
import { Client, type ClientOptions } from "../../mod.ts";
import type { Cluster, Member } from "../harness/mod.ts";

/** A client that goes past the proxies: it is not under test. */
export function observer(cluster: Cluster): Client {
  return new Client({
    endpoints: cluster.members.map(({ directEndpoint }) => directEndpoint),
    requestTimeoutMs: 10_000,
  });
}

/** A client of one member, to be given the others when its stream is open. */
export async function clientOf(
  member: Member,
  balancer: BalancerName,
  options: Partial<ClientOptions> = {},
): Promise<Client> {
  const client = new Client({
    endpoints: member.endpoint,
    balancer,
    dialTimeoutMs: 1_000,
    keepAlive: false,
    ...options,
  });
  await client.connect({ timeoutMs: 10_000 });
  return client;
}

/** A member that follows, and will after the leader's next election. */
export async function followerOf(cluster: Cluster): Promise<Member> {
  const [target, other] = cluster.members;
  if (target === undefined || other === undefined) {
    throw new Error("Cannot choose a follower: there are not two members");
  }
  await cluster.moveLeader(other);
  return target;
}

/** Lets no client through to any member, or all again. */
export async function setAll(
  cluster: Cluster,
  kind: "pass" | "refuse",
): Promise<void> {
  await Promise.all(cluster.members.map(({ proxy }) => proxy.set({ kind })));
}
