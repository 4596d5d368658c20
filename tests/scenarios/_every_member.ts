import { toBigInt, ZERO } from "../../proto/int64.ts";
import { methods } from "../../proto/methods.ts";
import {
  type Cluster,
  type FaultMode,
  rawCall,
  waitFor,
} from "../harness/mod.ts";

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

/** Waits until every member has applied what was written up to a revision. */
export async function waitUntilApplied(
  { members }: Cluster,
  revision: bigint,
): Promise<void> {
  await Promise.all(
    members.map(({ name, directEndpoint }) =>
      waitFor(`revision ${revision} on ${name}`, async () => {
        const { header } = await rawCall(
          directEndpoint,
          methods.maintenance.status,
          {},
        );
        return toBigInt(header?.revision ?? ZERO) >= revision;
      })
    ),
  );
}
