/**
 * The gateway as a command, with the flags and log lines of `etcd gateway`:
 *
 * ```sh
 * deno run --allow-net jsr:@etcdeno/client/gateway/main start \
 *   --endpoints=infra0.example.com,infra1.example.com,infra2.example.com
 * ```
 *
 * `--help` lists the flags.
 *
 * @module
 */
import { type OpenAccess, runCommand } from "./command/mod.ts";

// Loaded when it is needed: bytes pass without a client, and without the
// environment variables it looks at.
const openAccess: OpenAccess = async (settings) => {
  const { openClusterAccess } = await import("./_cluster_access.ts");
  return openClusterAccess(settings);
};

if (import.meta.main) {
  Deno.exit(await runCommand(Deno.args, openAccess));
}
