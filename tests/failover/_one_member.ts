import { Client } from "../../mod.ts";
import { startEtcd, type TestCluster } from "../harness/mod.ts";

/** The cluster that {@linkcode startOneMember} starts. */
export let cluster: TestCluster;
/** A client of it. */
export let client: Client;

let serial = 0;

/**
 * Starts a cluster of one member and a client of it for all tests of the file
 * that calls this, and ends both after the last one.
 */
export function startOneMember(): void {
  Deno.test.beforeAll(async () => {
    cluster = await startEtcd({ members: 1 });
    // Pings would be a timer that outlives the test that makes the first call.
    client = new Client({ endpoints: cluster.endpoints, keepAlive: false });
    await client.connect();
  });
  Deno.test.afterAll(async () => {
    await client.close();
    await cluster.close();
  });
}

/** A number for names and keys that no other test of the file uses. */
export function nextSerial(): number {
  return ++serial;
}
