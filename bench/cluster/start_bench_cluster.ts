import { Client } from "../../mod.ts";
import { startEtcd, type TestCluster } from "../../tests/harness/mod.ts";
import type { SecureListeners } from "./secure_listeners.ts";

const RANGE_KEYS = 1_000;
const VALUE = "v".repeat(256);
// Long runs write more than the 2 GB of the default.
const QUOTA_BYTES = 8 * 1024 ** 3;

/** A cluster, and where its members are to be reached: past the proxies. */
export interface BenchCluster {
  readonly cluster: TestCluster;
  readonly endpoints: readonly string[];
}

/** Starts a cluster that has the keys which the programs read. */
export async function startBenchCluster(
  { members, secure, onProgress }: {
    readonly members: number;
    /** Has them listen with TLS besides. */
    readonly secure?: SecureListeners | undefined;
    readonly onProgress?: (line: string) => void;
  },
): Promise<BenchCluster> {
  const cluster = await startEtcd({
    members,
    extraArgs: (member) => [
      `--quota-backend-bytes=${QUOTA_BYTES}`,
      ...secure?.argsOf(member) ?? [],
    ],
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  try {
    const endpoints = cluster.members.map(({ directEndpoint }) =>
      new URL(directEndpoint).host
    );
    await using client = new Client({ endpoints, batch: "all" });
    await client.put("bench/a", VALUE);
    await Promise.all(
      Array.from(
        { length: RANGE_KEYS },
        (_, at) => client.put(`bench/r/${String(at).padStart(4, "0")}`, VALUE),
      ),
    );
    return { cluster, endpoints };
  } catch (error) {
    await cluster.close();
    throw error;
  }
}
