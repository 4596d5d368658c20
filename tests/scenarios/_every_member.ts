import type { Cluster, FaultMode } from "../harness/mod.ts";

/** Resets every connection to every member. */
export async function cutAll({ members }: Cluster): Promise<void> {
  await Promise.all(members.map(({ proxy }) => proxy.cutAll()));
}

/** Puts the same fault before every member. */
export async function setAll(
  { members }: Cluster,
  mode: FaultMode,
): Promise<void> {
  await Promise.all(members.map(({ proxy }) => proxy.set(mode)));
}
