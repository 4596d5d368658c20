import type { Client } from "../../../mod.ts";
import { toBigInt, ZERO } from "../../../proto/int64.ts";
import { methods } from "../../../proto/methods.ts";
import { isServiceError } from "../../harness/cluster/raw_call.ts";
import {
  type FaultMode,
  rawCall,
  type TestCluster,
  waitFor,
} from "../../harness/mod.ts";

/** Resets every connection to every member. */
export async function cutAll({ members }: TestCluster): Promise<void> {
  await Promise.all(members.map(({ proxy }) => proxy.cutAll()));
}

/** Puts the same fault before every member. */
export async function setAll(
  { members }: TestCluster,
  mode: FaultMode,
): Promise<void> {
  await Promise.all(members.map(({ proxy }) => proxy.set(mode)));
}

/** Waits until every member has applied what was written up to a revision. */
export async function waitUntilApplied(
  { members }: TestCluster,
  revision: bigint,
): Promise<void> {
  await Promise.all(
    members.map(({ name, directEndpoint }) =>
      waitFor(`revision ${revision} on ${name}`, async () => {
        try {
          const { header } = await rawCall(
            directEndpoint,
            methods.maintenance.status,
            {},
          );
          return toBigInt(header?.revision ?? ZERO) >= revision;
        } catch (error) {
          if (isServiceError(error)) return false;
          throw error;
        }
      })
    ),
  );
}

/**
 * Forgets the history before a revision on every member. Resolves to the
 * store's revision, which is a later one.
 */
export async function compactEverywhere(
  cluster: TestCluster,
  { writer, compacted }: {
    readonly writer: Client;
    readonly compacted: bigint;
  },
): Promise<bigint> {
  await writer.kv.compact(compacted);
  // A member that is behind still has the history, and would serve it. What
  // is written afterwards is applied afterwards.
  const { header } = await writer.put("elsewhere", "after the compaction");
  await waitUntilApplied(cluster, header.revision);
  return header.revision;
}
