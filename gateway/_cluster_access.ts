import { EtcdError, GRPC_CODE } from "../errors/mod.ts";
import { Client, type ClientOptions } from "../mod.ts";
import type { ClusterAccess, Settings } from "./command/mod.ts";

/** The key etcd's own health check reads. */
const HEALTH_KEY = "health";

/**
 * A member that refuses us has read all the same, so a probe needs no user: a
 * password is work for the members each time it is checked.
 */
const REFUSALS: ReadonlySet<number> = new Set([
  GRPC_CODE.invalidArgument,
  GRPC_CODE.permissionDenied,
  GRPC_CODE.unauthenticated,
]);

/**
 * Asks members, by a client for each question: a new connection is what a
 * client of the gateway would get.
 */
export function openClusterAccess(settings: Settings): ClusterAccess {
  const { tls, transport, gateway: { discovery, dialTimeoutMs } } = settings;
  const secure = usesTls(settings);
  const open = (
    addresses: readonly string[],
    options: Pick<ClientOptions, "requestTimeoutMs" | "auth">,
  ) =>
    new Client({
      ...options,
      endpoints: addresses,
      // The certificates of a discovered cluster are for its domain.
      tls: secure ? { ...tls, serverName: () => discovery?.domain } : undefined,
      dialTimeoutMs,
      transport,
    });
  return {
    async probe(address, signal) {
      // Less than the gateway waits, so that the error is the one with a cause.
      const requestTimeoutMs = dialTimeoutMs * 0.9;
      await using client = open([address], { requestTimeoutMs });
      try {
        await client.get(HEALTH_KEY, { keysOnly: true, signal });
      } catch (error) {
        if (error instanceof EtcdError && REFUSALS.has(error.grpcCode)) return;
        throw error;
      }
    },
    async members(addresses, signal) {
      // One after the other may be silent.
      const requestTimeoutMs = dialTimeoutMs * addresses.length;
      const { auth } = settings;
      await using client = open(addresses, { requestTimeoutMs, auth });
      const { members } = await client.cluster.members({ signal });
      return members.filter(({ isLearner }) => !isLearner)
        .flatMap(({ clientUrls }) => clientUrls);
    },
  };
}

/**
 * Whether members are asked by TLS. Who gives an authority means TLS: a
 * password must not go without.
 */
function usesTls({ tls, gateway }: Settings): boolean {
  const { endpoints = [], discovery } = gateway;
  if (discovery !== undefined && !discovery.insecure) return true;
  const named = [endpoints].flat().flatMap((text) => text.split(","));
  if (named.some((text) => text.includes("https://"))) return true;
  const allPlain = named.length > 0 &&
    named.every((text) => text.trim().startsWith("http://"));
  return (tls.ca !== undefined || tls.cert !== undefined) && !allPlain;
}
