import type { Clock } from "../../balancers/transport/mod.ts";
import { EventFilter } from "./_event_filter.ts";
import { lineFor } from "./_event_line.ts";
import type { Log } from "./_log.ts";
import type { GatewayEvent } from "../view.ts";

/** Makes a function that logs events, without those that say nothing new. */
export function createEventLog(
  log: Log,
  clock: Pick<Clock, "now">,
): (event: GatewayEvent) => void {
  const filter = new EventFilter(clock);
  return (event) => {
    const count = filter.due(event);
    if (count === 0) return;
    const { level, message, fields } = lineFor(event);
    log(level, message, { ...fields, ...counted(event, count) });
  };
}

/** Crowds are counted; of anything else it is said how often it was left out. */
function counted(
  { type }: GatewayEvent,
  count: number,
): Readonly<Record<string, number>> {
  if (type === "refused") return { count };
  return count > 1 ? { repeated: count - 1 } : {};
}
