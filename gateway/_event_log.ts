import { formatGoDuration } from "./_go_duration.ts";
import type { Log } from "./_log.ts";
import type { GatewayEvent, RefusalReason } from "./view.ts";

/** Refused clients come in crowds: one line for each reason in this time. */
const REFUSALS_EVERY_MS = 10_000;

/** Makes a function that logs events in upstream's words. */
export function createEventLog(
  log: Log,
  now: () => number = () => performance.now(),
): (event: GatewayEvent) => void {
  const refusals = new Map<RefusalReason, { atMs: number; count: number }>();
  const onRefused = (client: string, reason: RefusalReason) => {
    const last = refusals.get(reason) ?? { atMs: -Infinity, count: 0 };
    last.count++;
    refusals.set(reason, last);
    if (now() - last.atMs < REFUSALS_EVERY_MS) return;
    log("warn", "closed client connections", {
      client,
      reason,
      count: last.count,
    });
    refusals.set(reason, { atMs: now(), count: 0 });
  };
  return (event) => {
    if (event.type === "refused") onRefused(event.client, event.reason);
    else logEvent(log, event);
  };
}

function logEvent(
  log: Log,
  event: Exclude<GatewayEvent, { readonly type: "refused" }>,
): void {
  switch (event.type) {
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
