import { CLOSING } from "./closing.ts";
import { CONNECTION_LOSS } from "./connection_loss.ts";
import { FROZEN } from "./frozen.ts";
import { HTTP2_SIGNALS } from "./http2_signals.ts";
import { PARTITION } from "./partition.ts";
import type { Scenario } from "./scenario.ts";
import { SERVER_SHUTDOWN } from "./server_shutdown.ts";
import { SILENT_ENDPOINT } from "./silent_endpoint.ts";
import { STEADY_STATE } from "./steady_state.ts";
import { STREAMS } from "./streams.ts";
import { UNREACHABLE } from "./unreachable.ts";

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
  ...STEADY_STATE,
  ...STREAMS,
].sort((a, b) => a.id - b.id);

/** Those that show the designs apart in under a minute. */
export const QUICK: readonly number[] = [1, 16, 37, 93, 94];
