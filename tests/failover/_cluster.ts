import {
  startEtcd,
  type StartEtcdOptions,
  type TestCluster,
} from "../harness/mod.ts";

/** The cluster that {@linkcode startCluster} starts. */
export let cluster: TestCluster;

/**
 * Starts a cluster for all tests of the file that calls this, and ends it after
 * the last one. What else is to be done before them goes into hooks of its own,
 * behind this call.
 */
export function startCluster(options?: StartEtcdOptions): void {
  Deno.test.beforeAll(async () => {
    cluster = await startEtcd(options);
  });
  Deno.test.afterAll(async () => {
    await cluster.close();
  });
}
