import type { Client } from "../../../mod.ts";
import { type Member, waitFor, type WaitOptions } from "../../harness/mod.ts";

type Waiting = Pick<WaitOptions, "signal">;

/** Ends a member for its clients; resolves when this one knows. */
export async function refuse(
  member: Member,
  client: Client,
  waiting: Waiting,
): Promise<void> {
  await member.proxy.set({ kind: "refuse" });
  await noticedLoss(member, client, waiting);
}

/** Resolves when a client knows that it is not connected to a member. */
export async function noticedLoss(
  { name, endpoint }: Member,
  client: Client,
  { signal }: Waiting,
): Promise<void> {
  await waitFor(
    `the loss of ${name}`,
    () =>
      !client.balancer.endpoints.some((view) =>
        view.endpoint === endpoint && view.state === "ready"
      ),
    { signal },
  );
}
