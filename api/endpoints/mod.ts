/**
 * Endpoints: given by the user, found in DNS, named by the cluster.
 *
 * @module
 */
export { type ResolvedDns, resolveDns } from "./_dns.ts";
export { EndpointKeeper } from "./_keeper.ts";
export { listMembers } from "./_member_list.ts";
export { resolveSeeds, type SeedOptions, type Seeds } from "./_seeds.ts";
export { EndpointSync } from "./_sync.ts";
export type { DnsOptions } from "./dns_options.ts";
