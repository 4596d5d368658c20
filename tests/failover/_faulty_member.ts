import { Client } from "../../mod.ts";
import type { Member } from "../harness/mod.ts";
import { cluster, startCluster } from "./_cluster.ts";

/** The cluster that {@linkcode startFaultyMember} starts. */
export { cluster };
/** Makes its calls past the faults, on a connection of its own. */
export let other: Client;

/** Starts it, and ends it after the last test of the file that calls this. */
export function startFaultyMember(extraArgs: readonly string[] = []): void {
  startCluster({ members: 1, extraArgs });
  Deno.test.beforeAll(async () => {
    other = new Client({
      endpoints: cluster.members[0]?.directEndpoint ?? "",
      // Pings would be a timer that outlives the test that makes the first call.
      keepAlive: false,
    });
    await other.connect();
  });
  Deno.test.afterAll(async () => {
    await other.close();
  });
}

/** The member, with the proxy that makes its faults. */
export function faultyMember(): Member {
  const [member] = cluster.members;
  if (member === undefined) throw new Error("Cannot take the member: none");
  return member;
}

/** Another client, whose calls meet the faults. */
export function faultyClient(): Client {
  return new Client({ endpoints: cluster.endpoints, keepAlive: false });
}
