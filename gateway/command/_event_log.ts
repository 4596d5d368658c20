import { formatGoDuration } from "./_go_duration.ts";
import type { Log } from "./_log.ts";
import { type RepeatLimit, Repeats } from "./_repeats.ts";
import type { GatewayEvent } from "../view.ts";

/** Refused clients come in crowds, as do failures to accept them. */
const CROWD: RepeatLimit = { everyMs: 10_000 };
/** What stays as it is for long: each look at it says the same. */
const STATE: RepeatLimit = { everyMs: 60_000 };
/** An endpoint that comes and goes. */
const CHANGES: RepeatLimit = { everyMs: 60_000, times: 5 };

/** Makes a function that logs events in upstream's words, without repeats. */
export function createEventLog(
  log: Log,
  now: () => number = () => performance.now(),
): (event: GatewayEvent) => void {
  const due = createFilter(now);
  return (event) => {
    const count = due(event);
    if (count === 0) return;
    const repeated = count > 1 && event.type !== "refused"
      ? { repeated: count - 1 }
      : {};
    logEvent(
      (level, message, fields) =>
        log(level, message, { ...fields, ...repeated }),
      event,
      count,
    );
  };
}

/** Makes what says how many events like this one a line is for; 0: no line. */
function createFilter(now: () => number): (event: GatewayEvent) => number {
  const crowds = new Repeats(CROWD, now);
  const states = new Repeats(STATE, now);
  const changes = new Repeats(CHANGES, now);
  /** Those whose failure was told: only their return is worth a line. */
  const down = new Set<string>();
  const found = new Map<GatewayEvent["type"], string>();
  const told = (endpoint: string, count: number) => {
    if (count > 0) down.add(endpoint);
    return count;
  };
  return (event) => {
    switch (event.type) {
      case "refused":
        return crowds.due(event.reason);
      case "accept_failed":
      case "dial_given_up":
        return crowds.due(event.type);
      case "refresh_failed":
        return states.due(event.type);
      case "discovered":
      case "validating":
      case "validation_failed":
      case "validated": {
        // Looked at again and again: only what has changed is worth a line.
        const text = JSON.stringify(
          event.type === "validation_failed" ? event.rejected : event.endpoints,
        );
        const same = found.get(event.type) === text;
        found.set(event.type, text);
        return same ? 0 : 1;
      }
      case "deactivated":
        return told(event.endpoint, changes.due(event.endpoint));
      case "still_inactive":
        return told(event.endpoint, states.due(event.endpoint));
      case "activated":
        return down.delete(event.endpoint) ? 1 : 0;
      default:
        return 1;
    }
  };
}

function logEvent(
  log: Log,
  event: GatewayEvent,
  count: number,
): void {
  switch (event.type) {
    case "refused":
      return log("warn", "closed client connections", {
        client: event.client,
        reason: event.reason,
        count,
      });
    case "discovered":
      return log("info", "discovered cluster from SRV", {
        "srv-server": event.domain,
        endpoints: event.endpoints,
      });
    case "record_skipped":
      return log("warn", "ignoring an SRV record that names no endpoint", {
        "srv-server": event.domain,
        record: event.record,
        error: event.reason,
      });
    case "validating":
      return log("info", "validating discovered SRV endpoints", {
        endpoints: event.endpoints,
      });
    case "validation_failed":
      return log("warn", "failed to validate discovered endpoints", {
        endpoints: event.rejected.map(({ endpoint }) => endpoint),
        error: event.rejected.map(({ endpoint, error }) =>
          `${endpoint}: ${error}`
        ).join("; "),
      });
    case "validated":
      return log("info", "using validated discovered SRV endpoints", {
        endpoints: event.endpoints,
      });
    case "fallback":
      return log("warn", "discovery failed, using the endpoints given", {
        error: event.error.message,
      });
    case "ready":
      return log("info", "ready to proxy client requests", {
        "listen-address": event.address,
        endpoints: event.endpoints,
      });
    case "deactivated":
      return log("warn", "deactivated endpoint", ofEndpoint(event));
    case "still_inactive":
      return log(
        "warn",
        "failed to activate endpoint (stay inactive for another interval)",
        ofEndpoint(event),
      );
    case "activated":
      return log("info", "activated", { address: event.endpoint });
    case "excluded":
      return log("error", "endpoint leads back to this gateway", {
        address: event.endpoint,
      });
    case "endpoints":
      return log("info", "endpoints have changed", {
        endpoints: event.endpoints,
        added: event.added,
        removed: event.removed,
      });
    case "dial_given_up":
      return log("info", "gave up dialling an endpoint that has left", {
        address: event.endpoint,
      });
    case "refresh_failed":
      return log("warn", "failed to look for changed endpoints", {
        source: event.source,
        error: event.error.message,
      });
    case "accept_failed":
      return log("error", "failed to accept", {
        error: event.error.message,
        interval: formatGoDuration(event.retryMs),
      });
    case "draining":
      return log("info", "draining", { connections: event.open });
  }
}

function ofEndpoint(
  { endpoint, retryMs, error }: {
    readonly endpoint: string;
    readonly retryMs: number;
    readonly error: Error;
  },
): Readonly<Record<string, unknown>> {
  return {
    address: endpoint,
    interval: formatGoDuration(retryMs),
    error: error.message,
  };
}
