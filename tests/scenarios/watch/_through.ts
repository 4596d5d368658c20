import type { ClientOptions } from "../../../mod.ts";
import type { Member } from "../../harness/mod.ts";
import {
  clientPinnedTo,
  followerOf,
  observer,
  otherThan,
} from "../steps/clients.ts";
import { soon } from "../steps/soon.ts";
import type { Expected } from "../verdict/expected.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext } from "../scenario.ts";
import { WatchLog } from "./log.ts";

/** Every event, while the fault lasts. */
export const IN_TIME: Expected = { watch: "during the fault" };
/** No event while it lasts, every event afterwards. */
export const LATE: Expected = { watch: "after the fault" };

/** What happens to the member a watch is on. */
export interface WatchFault {
  /** Makes the fault. */
  begin(member: Member): Promise<unknown>;
  /** Undoes it. */
  end(member: Member): Promise<unknown>;
  /** How long it lasts if the events do not come before. */
  readonly faultMs: number;
  /** Whether the watch needs a member with a leader. @default {true} */
  readonly requireLeader?: boolean;
  /** Further options of the client. */
  readonly client?: Partial<ClientOptions>;
}

/** A watch, a fault of its member, three puts elsewhere, and the healing. */
export async function watchThrough(
  context: RunContext,
  { begin, end, faultMs, requireLeader = true, client: options }: WatchFault,
): Promise<Recording> {
  const { cluster, timeline } = context;
  await using client = await clientPinnedTo(
    await followerOf(cluster),
    context,
    options,
  );
  const recorder = new Recorder(context, client);
  const key = `watched/${crypto.randomUUID()}`;
  await using log = await WatchLog.start(client, key, {
    requireLeader,
    timeline,
  });
  const target = log.member(cluster);
  await cluster.moveLeader(otherThan(target, cluster));
  await begin(target);
  recorder.fault();
  await using writer = observer(cluster, { except: target });
  const wanted: bigint[] = [];
  for (const value of ["1", "2", "3"]) {
    wanted.push((await writer.put(key, value)).header.revision);
  }
  await soon(() => log.revisions.length >= wanted.length, faultMs);
  const duringFault = log.revisions.length;
  const soonMs = recorder.sinceFaultMs;
  await end(target);
  recorder.heal();
  await log.caughtUp(wanted);
  const eventsMs = duringFault < wanted.length ? recorder.sinceFaultMs : soonMs;
  return recorder.finish({
    watch: log.count(wanted, duringFault),
    measures: { "ms until the events": eventsMs },
  });
}
