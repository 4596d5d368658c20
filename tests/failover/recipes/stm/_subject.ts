import { assert } from "@std/assert";
import { Client, EtcdError } from "../../../../mod.ts";
import { type Codec, type Isolation, json } from "../../../../recipes/mod.ts";
import { Cluster, type FaultProxy } from "../../../harness/mod.ts";

/** The cluster of one member that {@linkcode startSubject} starts. */
export let cluster: Cluster;
/** A client past the fault proxy. */
export let other: Client;

export const number: Codec<number> = json<number>();

/** All levels, from the strictest to the loosest. */
export const ISOLATIONS: readonly Isolation[] = [
  "serializableSnapshot",
  "serializable",
  "repeatableReads",
  "readCommitted",
];

let serial = 0;

/** A prefix that no other test of the file uses. */
export function newPrefix(): string {
  return `stm/${++serial}/`;
}

/** A client behind the fault proxy: the one under test. */
export function tested(): Client {
  return new Client({ endpoints: cluster.endpoints, keepAlive: false });
}

/** Starts the cluster and the clients for all tests of the file. */
export function startSubject(): void {
  Deno.test.beforeAll(async () => {
    cluster = await Cluster.start({ members: 1 });
    other = new Client({
      endpoints: cluster.members.map(({ directEndpoint }) => directEndpoint),
      keepAlive: false,
    });
    await other.connect();
  });
  Deno.test.afterAll(async () => {
    await other.close();
    await cluster.close();
  });
}

export function proxy(): FaultProxy {
  const [member] = cluster.members;
  assert(member);
  return member.proxy;
}

/** Ends the fault: what is on its way is lost, and new connections pass. */
export async function pass(): Promise<void> {
  await proxy().set({ kind: "pass" });
  await proxy().cutAll();
}

/** The text of a key. */
export async function textAt(key: string): Promise<string | undefined> {
  return (await other.get(key))?.value.text();
}

/** The error that a promise is rejected with, which has to be the client's. */
export async function failure(promise: Promise<unknown>): Promise<EtcdError> {
  const error: unknown = await promise.then(
    (value) => new Error(`It was done: ${Deno.inspect(value)}`),
    (error) => error,
  );
  assert(error instanceof EtcdError, String(error));
  return error;
}
