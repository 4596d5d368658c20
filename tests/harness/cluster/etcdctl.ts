import type { TestCluster } from "../../../testing/mod.ts";
import { series } from "../../../testing/programs/mod.ts";

/** Options of {@linkcode etcdctl}. */
export interface EtcdctlOptions {
  /** `name:password`, where auth is on. */
  readonly user?: string;
  /** What it reads from its standard input. */
  readonly input?: string;
}

/**
 * Runs etcd's own command against a cluster, past the fault proxies: the
 * server's view, by another client. Resolves to what it prints.
 *
 * @throws {Error} If it is not there, or ends with another code than 0.
 */
export async function etcdctl(
  cluster: TestCluster,
  args: readonly string[],
  { user, input }: EtcdctlOptions = {},
): Promise<string> {
  const { version, etcdctl } = cluster.binaries;
  if (etcdctl === undefined) {
    throw new Error(
      `Cannot run etcdctl: etcd ${version} came without its tools; tools/build/etcd.sh ${
        series(version)
      } builds them as well`,
    );
  }
  const endpoints = cluster.members.map((member) => member.directEndpoint);
  const child = new Deno.Command("etcdctl", {
    args: [
      `--endpoints=${endpoints.join(",")}`,
      ...user === undefined ? [] : [`--user=${user}`],
      ...args,
    ],
    env: { ETCDCTL_API: "3" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  if (input !== undefined) await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (code !== 0) {
    throw new Error(`etcdctl ${args.join(" ")} has failed: ${text(stderr)}`);
  }
  return text(stdout);
}
