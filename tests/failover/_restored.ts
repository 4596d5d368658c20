import { Client } from "../../mod.ts";
import type { RestoreOptions } from "../harness/mod.ts";
import { cluster, startCluster } from "./_cluster.ts";

/** The cluster of one member that {@linkcode startRestorable} starts. */
export { cluster };

/** Starts a cluster for all tests of the file that calls this. */
export function startRestorable(): void {
  startCluster({ members: 1 });
}

/** A client behind the fault proxy, which is under test. */
export function tested(): Client {
  return newClient(cluster.endpoints);
}

/** A client past the fault proxy. */
export function other(): Client {
  return newClient(cluster.members.map(({ directEndpoint }) => directEndpoint));
}

function newClient(endpoints: readonly string[]): Client {
  return new Client({ endpoints, dialTimeoutMs: 1_000, keepAlive: false });
}

/** Puts a key so many times; resolves to the last revision. */
export async function write(
  client: Client,
  key: string,
  count: number,
): Promise<bigint> {
  let revision = 0n;
  for (let at = 0; at < count; at++) {
    ({ revision } = (await client.put(key, `${at}`)).header);
  }
  return revision;
}

/**
 * Puts the cluster back to a snapshot, or to nothing, on the same URLs; what
 * is done `before` the client under test can reach it again has happened then.
 */
export async function goBack(
  { before, ...options }: RestoreOptions & {
    readonly before?: (client: Client) => Promise<unknown>;
  },
): Promise<void> {
  const [member] = cluster.members;
  await member?.proxy.set({ kind: "refuse" });
  await cluster.restore(options);
  if (before !== undefined) {
    await using client = other();
    await before(client);
  }
  await member?.proxy.set({ kind: "pass" });
}
