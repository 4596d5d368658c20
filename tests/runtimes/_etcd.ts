import { findEtcd } from "../harness/mod.ts";
import { startServers, takesSockets } from "./_cluster.ts";
import type { Subject } from "./_suite.ts";

/** Three members of the etcd that is tested. */
export async function etcdSubject(): Promise<Subject> {
  const { version } = await findEtcd();
  return {
    server: "etcd",
    start: startServers,
    whyNot: (title) =>
      title === "a Unix socket" && !takesSockets(version)
        ? `etcd ${version} takes no path of a socket`
        : undefined,
  };
}
