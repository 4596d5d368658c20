import { assert } from "@std/assert";
import { Client, EtcdError } from "../../../../mod.ts";
import { type Codec, json } from "../../../../recipes/mod.ts";
import { Cluster, type FaultProxy } from "../../../harness/mod.ts";

/** The cluster of one member that {@linkcode startSubject} starts. */
export let cluster: Cluster;
/** A client past the fault proxy. */
export let other: Client;

export const number: Codec<number> = json<number>();
export const addOne = (old = 0): number => old + 1;

let serial = 0;

/** A key that no other test of the file uses. */
export function newKey(): string {
  return `update/${++serial}`;
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

export async function numberAt(key: string): Promise<number | undefined> {
  return (await other.get(key))?.value.json<number>();
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
