import { CONNECTION_LOSS } from "./connection_loss.ts";
import { LEASES } from "./leases.ts";
import { PARTITION } from "./partition.ts";
import type { Scenario } from "./scenario.ts";
import { SILENT_ENDPOINT } from "./silent_endpoint.ts";
import { STEADY_STATE } from "./steady_state.ts";
import { STREAMS } from "./streams.ts";

/** Every scenario, by its number. */
export const CATALOGUE: readonly Scenario[] = [
  ...SILENT_ENDPOINT,
  ...CONNECTION_LOSS,
  ...PARTITION,
  ...STEADY_STATE,
  ...STREAMS,
  ...LEASES,
].sort((a, b) => a.id - b.id);

/** Those that show the designs apart in under a minute. */
export const QUICK: readonly number[] = [1, 16, 37, 93, 94];
