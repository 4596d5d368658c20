import { Client, type ClientOptions } from "../../../mod.ts";
import { type Member, type TestCluster, waitFor } from "../../harness/mod.ts";
import type { RunContext } from "../scenario.ts";

const CONNECT_MS = 5_000;

/** Of clients none of whose calls is meant to time out. */
export const PATIENT: Partial<ClientOptions> = { requestTimeoutMs: 5_000 };

/** A client of all members that has settled, on whichever pin it likes. */
export async function settledClient(
  context: RunContext,
  options: Partial<ClientOptions> = {},
): Promise<Client> {
  const client = subjectClient(context, options);
  return await settle(client);
}

/**
 * A client of all members, or the endpoints named, whose pin is `target` if
 * its strategy has one: it first knows that one alone, and every generation
 * keeps a connection that stays in the list.
 */
export async function clientPinnedTo(
  target: { readonly endpoint: string },
  context: RunContext,
  options: Partial<ClientOptions> = {},
): Promise<Client> {
  const client = subjectClient(context, {
    ...options,
    endpoints: target.endpoint,
  });
  await settle(client);
  client.setEndpoints(options.endpoints ?? context.cluster.endpoints);
  return await settle(client);
}

/** A client that goes past the proxies, to see what the store has. */
export function observer(
  cluster: TestCluster,
  { except }: { readonly except?: Member } = {},
): Client {
  return new Client({
    endpoints: cluster.members.filter((member) => member !== except)
      .map((member) => member.directEndpoint),
    requestTimeoutMs: 10_000,
  });
}

/** The member that does not lead: leadership is put on another one first. */
export async function followerOf(cluster: TestCluster): Promise<Member> {
  const [target, other] = cluster.members;
  if (target === undefined || other === undefined) {
    throw new Error("Cannot choose a follower: there are not two members");
  }
  await cluster.moveLeader(other);
  return target;
}

/** Any member but this one. */
export function otherThan(target: Member, cluster: TestCluster): Member {
  const other = cluster.members.find((member) => member !== target);
  if (other === undefined) throw new Error("Cannot choose among one member");
  return other;
}

/** A client under test, of all members unless told otherwise; not connected. */
export function subjectClient(
  { cluster, subject, callTimeoutMs, timeline }: RunContext,
  options: Partial<ClientOptions> = {},
): Client {
  return new Client({
    endpoints: cluster.endpoints,
    balancer: subject.balancer,
    transport: subject.transport,
    dialTimeoutMs: 2_000,
    keepAlive: false,
    requestTimeoutMs: callTimeoutMs,
    onEvent: (event) => timeline.onClientEvent(event),
    ...options,
  });
}

/** Waits until nothing is being dialled or asked any more, and losers are gone. */
export async function settle(client: Client): Promise<Client> {
  await client.connect({ timeoutMs: CONNECT_MS });
  await waitFor("connections that have settled", () => {
    const { endpoints, connections, trust = [] } = client.balancer;
    const ready = endpoints.filter(({ state }) => state === "ready").length;
    return endpoints.every(({ state }) =>
      state === "ready" || state === "idle"
    ) && connections === ready &&
      trust.every(({ standing }) => standing !== "new");
  }, { timeoutMs: CONNECT_MS });
  return client;
}
