import type { Client, ClientOptions } from "../../../mod.ts";
import type { Member } from "../../harness/mod.ts";
import { clientPinnedTo, followerOf } from "./clients.ts";
import { loop } from "./loop.ts";
import type { Reply } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext } from "../scenario.ts";

/** What a client does whose pin has a fault. */
export interface PinnedLoop {
  /** Makes the fault. */
  readonly fault: (pin: Member) => Promise<unknown>;
  /** A call; it is made again and again. */
  readonly call: (client: Client) => Promise<Reply>;
  /** Of the client. */
  readonly options?: Partial<ClientOptions> | undefined;
}

/** Makes calls with a client that is pinned to a follower with a fault. */
export async function pinnedLoop(
  context: RunContext,
  { fault, call, options }: PinnedLoop,
): Promise<Recording> {
  const target = await followerOf(context.cluster);
  await using client = await clientPinnedTo(target, context, options);
  await fault(target);
  return await loop(client, context, () => call(client));
}
