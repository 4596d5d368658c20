import type { BalancerName } from "../../../balancers/mod.ts";
import { Client, type ClientOptions } from "../../../mod.ts";
import type { Member } from "../../harness/mod.ts";

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
