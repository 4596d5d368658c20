import { assertEquals } from "@std/assert";
import { Client, type Keyspace, prefix } from "../../../../mod.ts";
import type { Mirror } from "../../../../recipes/mod.ts";
import { startEtcd, type TestCluster } from "../../../harness/mod.ts";

/** For mirrors that are to notice a fault soon. */
export const HEARTBEAT = { heartbeat: { intervalMs: 500, timeoutMs: 500 } };
/** For waits across a fault. */
export const PATIENT = { timeoutMs: 60_000 };

/** The cluster that is copied from. */
export let from: TestCluster;
/** The one that is copied to. */
export let to: TestCluster;
/** Clients behind the fault proxies: those under test. */
export let source: Client;
export let target: Client;

let serial = 0;

/**
 * Starts both clusters for all tests of the file, and their clients. A test that
 * cuts connections up to its end does without these: one that is about to dial
 * again has a timer, which would count as the test's.
 */
export function startTwoClusters(
  { members = 1, clients = true }: {
    readonly members?: number;
    readonly clients?: boolean;
  } = {},
): void {
  Deno.test.beforeAll(async () => {
    [from, to] = await Promise.all([
      startEtcd({ members }),
      startEtcd({ members: 1 }),
    ]);
    if (!clients) return;
    source = behindProxies(from);
    target = behindProxies(to);
    await Promise.all([source.connect(), target.connect()]);
  });
  Deno.test.afterAll(async () => {
    if (clients) await Promise.all([source.close(), target.close()]);
    await Promise.all([from.close(), to.close()]);
  });
}

/** A client that meets the faults. */
export function behindProxies({ endpoints }: TestCluster): Client {
  return new Client({ endpoints, dialTimeoutMs: 1_000, keepAlive: false });
}

/** A client that does not. */
export function past(cluster: TestCluster): Client {
  const endpoints = cluster.members.map(({ directEndpoint }) => directEndpoint);
  return new Client({ endpoints, keepAlive: false });
}

/** What a mirror copies to where. */
export interface MirrorRoute {
  readonly prefix: string;
  readonly destinationPrefix: string;
  readonly checkpoint: string;
}

/** Prefixes and a checkpoint that no other test of the file uses. */
export function newRoute(): MirrorRoute {
  const name = `m${++serial}`;
  return {
    prefix: `${name}/from/`,
    destinationPrefix: `${name}/to/`,
    checkpoint: `mirrors/${name}`,
  };
}

/** The keys below a prefix without it, and their values. */
export async function contents(
  ks: Keyspace,
  start: string,
  revision = 0n,
): Promise<Readonly<Record<string, string>>> {
  const found: [string, string][] = [];
  const options = revision > 0n ? { revision } : {};
  for await (const { key, value } of ks.list(prefix(start), options)) {
    found.push([key.text().slice(start.length), value.text()]);
  }
  return Object.fromEntries(found);
}

/** The checkpoint as it stands. */
export async function checkpointAt(ks: Keyspace, key: string): Promise<
  { readonly phase: string; readonly revision: string } | undefined
> {
  return (await ks.get(key))?.value.json();
}

/** Waits until a mirror has all that there is now, and compares both sides. */
export async function assertEqual(
  mirror: Mirror,
  route: MirrorRoute,
): Promise<void> {
  await using here = past(from);
  await using there = past(to);
  const { header } = await here.put(`${route.prefix}last`, crypto.randomUUID());
  await mirror.waitFor(header.revision, PATIENT);
  const { phase, revision } = await checkpointAt(there, route.checkpoint) ?? {};
  assertEquals(phase, "following");
  assertEquals(
    await contents(there, route.destinationPrefix),
    await contents(here, route.prefix, BigInt(revision ?? 0)),
  );
}
