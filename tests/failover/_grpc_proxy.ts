import { freePorts } from "../harness/_ports.ts";
import type { TestCluster } from "../harness/mod.ts";

/** Starts `etcd grpc-proxy` in front of a member. */
export async function startProxy(
  cluster: TestCluster,
): Promise<AsyncDisposable & { readonly endpoint: string }> {
  const address = `127.0.0.1:${(await freePorts(1))[0]}`;
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      'exec "$0" "$@"',
      cluster.binaries.etcd,
      "grpc-proxy",
      "start",
      `--endpoints=${cluster.members[0]?.directEndpoint}`,
      `--listen-addr=${address}`,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    endpoint: `http://${address}`,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.status;
    },
  };
}
