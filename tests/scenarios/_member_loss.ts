import type { Client } from "../../mod.ts";
import { type Member, waitFor, type WaitOptions } from "../harness/mod.ts";

/** Ends a member for its clients; resolves when this one knows. */
export async function refuse(
  { name, endpoint, proxy }: Member,
  client: Client,
  { signal }: Pick<WaitOptions, "signal">,
): Promise<void> {
  await proxy.set({ kind: "refuse" });
  await waitFor(
    `the loss of ${name}`,
    () =>
      !client.balancer.endpoints.some((view) =>
        view.endpoint === endpoint && view.state === "ready"
      ),
    { signal },
  );
}
