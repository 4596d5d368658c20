import { CLOSING } from "./calls/closing.ts";
import { CONNECTION_LOSS } from "./calls/connection_loss.ts";
import { DEFRAGMENTATION } from "./calls/defragmentation.ts";
import { ENDPOINT_CHANGES } from "./calls/endpoint_changes.ts";
import { GREYLIST } from "./calls/greylist.ts";
import { LEASES } from "./leases/leases.ts";
import { FROZEN } from "./calls/frozen.ts";
import { HTTP2_SIGNALS } from "./calls/http2_signals.ts";
import { LEADER_FAULT } from "./calls/leader_fault.ts";
import { LOAD } from "./calls/load.ts";
import { MEMBERS } from "./calls/members.ts";
import { ORDERING } from "./calls/ordering.ts";
import { PARTITION } from "./calls/partition.ts";
import { RARE_PUTS } from "./calls/rare_puts.ts";
import type { Scenario } from "./scenario.ts";
import { SERVER_SHUTDOWN } from "./calls/server_shutdown.ts";
import { SILENT_ENDPOINT } from "./calls/silent_endpoint.ts";
import { SLOW_MEMBER } from "./calls/slow_member.ts";
import { STEADY_STATE } from "./calls/steady_state.ts";
import { WATCH_COMPACTION } from "./watch/compaction.ts";
import { WATCH_CROWD } from "./watch/crowd.ts";
import { WATCH_ENDS } from "./watch/ends.ts";
import { WATCH_NOTICES } from "./watch/notices.ts";
import { WATCH_PARTITION } from "./watch/partition.ts";
import { WATCH_RESUME } from "./watch/resume.ts";
import { WATCH_SHARING } from "./watch/sharing.ts";
import { WATCH_SHUTDOWN } from "./watch/shutdown.ts";
import { WATCH_SILENCE } from "./watch/silence.ts";
import { withAdaptive } from "./verdict/adaptive.ts";
import { UNREACHABLE } from "./calls/unreachable.ts";

/** Every scenario, by its number. */
export const CATALOGUE: readonly Scenario[] = [
  ...SILENT_ENDPOINT,
  ...FROZEN,
  ...UNREACHABLE,
  ...CONNECTION_LOSS,
  ...SERVER_SHUTDOWN,
  ...HTTP2_SIGNALS,
  ...CLOSING,
  ...PARTITION,
  ...ORDERING,
  ...GREYLIST,
  ...DEFRAGMENTATION,
  ...ENDPOINT_CHANGES,
  ...STEADY_STATE,
  ...WATCH_SILENCE,
  ...WATCH_SHUTDOWN,
  ...WATCH_PARTITION,
  ...WATCH_RESUME,
  ...WATCH_NOTICES,
  ...WATCH_COMPACTION,
  ...WATCH_ENDS,
  ...WATCH_SHARING,
  ...LEASES,
  ...MEMBERS,
  ...LEADER_FAULT,
  ...LOAD,
  ...RARE_PUTS,
  ...SLOW_MEMBER,
  ...WATCH_CROWD,
].map(withAdaptive).sort((a, b) => a.id - b.id);

/** Those that show the designs apart in under a minute. */
export const QUICK: readonly number[] = [1, 16, 37, 93, 94];
