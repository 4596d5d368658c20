import { BALANCER_NAMES, type BalancerName } from "../../balancers/mod.ts";
import { Client } from "../../mod.ts";
import { cluster, startCluster } from "./_cluster.ts";

/** The cluster that {@linkcode startThreeMembers} starts. */
export { cluster };

/** Starts a cluster for all tests of the file that calls this. */
export function startThreeMembers(): void {
  startCluster();
}

/** A client behind the fault proxies; an observer is one past them. */
export function newClient(balancer: BalancerName): Client {
  return new Client({
    endpoints: cluster.endpoints,
    balancer,
    dialTimeoutMs: 1_000,
    keepAlive: false,
  });
}

/** A test for each strategy, on a cluster without faults. */
export function eachStrategy(
  name: string,
  run: (balancer: BalancerName) => Promise<void>,
): void {
  for (const balancer of BALANCER_NAMES) {
    Deno.test(`${balancer} | ${name}`, async () => {
      await cluster.reset();
      await run(balancer);
    });
  }
}
