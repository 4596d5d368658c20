import type { BalancerName } from "../../../balancers/mod.ts";
import { Client, type ClientOptions, EtcdError, prefix } from "../../../mod.ts";
import { ROOT } from "../../../testing/cluster/mod.ts";
import type { Member, TestCluster } from "../../harness/mod.ts";

/** The user with every right, whom the harness knows as well. */
export { ROOT };
/** A user who may read and write `app/` alone. */
export const ALICE = { username: "alice", password: "alicepw" } as const;

/** A client of a user, or of nobody. */
export function clientAs(
  cluster: TestCluster,
  options: Partial<ClientOptions>,
): Client {
  return new Client({
    endpoints: cluster.endpoints,
    dialTimeoutMs: 1_000,
    requestTimeoutMs: 10_000,
    ...options,
  });
}

/** A client of a user that has settled on one member, and knows them all. */
export async function clientOn(
  member: Member,
  { cluster, balancer, ...options }: Partial<ClientOptions> & {
    readonly cluster: TestCluster;
    readonly balancer: BalancerName;
  },
): Promise<Client> {
  const client = clientAs(cluster, {
    ...options,
    balancer,
    endpoints: member.endpoint,
  });
  await client.connect();
  client.setEndpoints(cluster.endpoints);
  return client;
}

/** Makes both users, and turns auth on. */
export async function setUp(cluster: TestCluster): Promise<void> {
  await using client = clientAs(cluster, {});
  const { users, roles } = client.auth;
  await users.add(ROOT.username, { password: ROOT.password });
  await roles.add("root");
  await users.grantRole(ROOT.username, "root");
  await users.add(ALICE.username, { password: ALICE.password });
  await roles.add("app");
  await roles.grantPermission("app", {
    type: "readwrite",
    keys: prefix("app/"),
  });
  await users.grantRole(ALICE.username, "app");
  await client.auth.enable();
}

/** Turns auth on or off, as root. */
export async function setAuth(
  cluster: TestCluster,
  state: "on" | "off",
): Promise<void> {
  await using root = clientAs(cluster, { auth: ROOT });
  if (state === "on") await root.auth.enable();
  else await root.auth.disable();
}

/** The code a call fails with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "none";
  } catch (error) {
    if (error instanceof EtcdError) return error.code;
    throw error;
  }
}
