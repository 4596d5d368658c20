import { etcdctl } from "../../harness/mod.ts";
import type { Client } from "../../../mod.ts";
import type { Methods } from "../../../proto/methods.ts";
import { ROOT } from "../../../testing/cluster/mod.ts";
import type { TestCluster } from "../../harness/mod.ts";

/** The services of the etcd API; that of health is gRPC's own. */
export type Service = Exclude<keyof Methods, "health">;

/** What a check is given. */
export interface Checked {
  readonly cluster: TestCluster;
  /** Whose calls are checked. */
  readonly client: Client;
}

/** Calls an RPC, and compares what it does with what the server says of it. */
export type Check = (checked: Checked) => Promise<void>;

/** A check for each RPC of a service, in the order they are made. */
export type Checks<S extends Service> = Readonly<
  Record<keyof Methods[S], Check>
>;

/** What etcdctl prints, line by line; as root, where auth is on. */
export async function ctl(
  cluster: TestCluster,
  ...args: readonly string[]
): Promise<readonly string[]> {
  const text = await etcdctl(cluster, args, {
    user: `${ROOT.username}:${ROOT.password}`,
  });
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}

/** What etcdctl prints as JSON; whole numbers above 2^53 are not exact. */
export async function ctlJson<T>(
  cluster: TestCluster,
  ...args: readonly string[]
): Promise<T> {
  return JSON.parse(await etcdctl(cluster, [...args, "--write-out=json"])) as T;
}

/** A key as `etcdctl get` tells of it. */
export interface ToldKey {
  readonly createRevision: number | undefined;
  readonly modRevision: number | undefined;
  readonly version: number | undefined;
  readonly lease: number | undefined;
}

/** The one key of that name; nothing if there is none. */
export async function toldKey(
  cluster: TestCluster,
  key: string,
): Promise<ToldKey | undefined> {
  const { kvs: [kv] = [] } = await ctlJson<
    { readonly kvs?: readonly Readonly<Record<string, number>>[] }
  >(cluster, "get", key);
  return kv && {
    createRevision: kv["create_revision"],
    modRevision: kv["mod_revision"],
    version: kv["version"],
    lease: kv["lease"],
  };
}
