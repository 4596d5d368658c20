import { Client } from "../../mod.ts";
import { cluster, startCluster } from "./_cluster.ts";

/** The cluster that {@linkcode startOneMember} starts. */
export { cluster };
/** A client of it. */
export let client: Client;

let serial = 0;

/**
 * Starts a cluster of one member and a client of it for all tests of the file
 * that calls this, and ends both after the last one.
 */
export function startOneMember(): void {
  startCluster({ members: 1 });
  Deno.test.beforeAll(async () => {
    // Pings would be a timer that outlives the test that makes the first call.
    client = new Client({ endpoints: cluster.endpoints, keepAlive: false });
    await client.connect();
  });
  Deno.test.afterAll(async () => {
    await client.close();
  });
}

/** A number for names and keys that no other test of the file uses. */
export function nextSerial(): number {
  return ++serial;
}
