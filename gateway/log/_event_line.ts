/** The log lines for events, in the words of `etcd gateway`. */
import { formatGoDuration } from "./_go_duration.ts";
import type { LogFields, LogLevel } from "./_log.ts";
import type { GatewayEvent } from "../view.ts";

/** A log line, before it has a time and a form. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

type EventsByType = {
  readonly [Event in GatewayEvent as Event["type"]]: Event;
};
type Lines = {
  readonly [Type in keyof EventsByType]: readonly [
    level: LogLevel,
    message: string,
    fields: (event: EventsByType[Type]) => LogFields,
  ];
};

const LINES: Lines = {
  "refused": ["warn", "closed client connections", ({ client, reason }) => ({
    client,
    reason,
  })],
  "discovered": ["info", "discovered cluster from SRV", (event) => ({
    "srv-server": event.domain,
    endpoints: event.endpoints,
  })],
  "record_skipped": [
    "warn",
    "ignoring an SRV record that names no endpoint",
    ({ domain, record, reason }) => ({
      "srv-server": domain,
      record,
      error: reason,
    }),
  ],
  "validating": [
    "info",
    "validating discovered SRV endpoints",
    ({ endpoints }) => ({ endpoints }),
  ],
  "validation_failed": [
    "warn",
    "failed to validate discovered endpoints",
    ({ rejected }) => ({
      endpoints: rejected.map(({ endpoint }) => endpoint),
      error: rejected.map(({ endpoint, error }) => `${endpoint}: ${error}`)
        .join("; "),
    }),
  ],
  "validated": [
    "info",
    "using validated discovered SRV endpoints",
    ({ endpoints }) => ({ endpoints }),
  ],
  "fallback": [
    "warn",
    "discovery failed, using the endpoints given",
    ({ error }) => ({ error: error.message }),
  ],
  "ready": ["info", "ready to proxy client requests", (event) => ({
    "listen-address": event.address,
    endpoints: event.endpoints,
  })],
  "deactivated": ["warn", "deactivated endpoint", inactive],
  "still_inactive": [
    "warn",
    "failed to activate endpoint (stay inactive for another interval)",
    inactive,
  ],
  "activated": ["info", "activated", addressOf],
  "excluded": ["error", "endpoint leads back to this gateway", addressOf],
  "endpoints": ["info", "endpoints have changed", (event) => ({
    endpoints: event.endpoints,
    added: event.added,
    removed: event.removed,
  })],
  "dial_given_up": [
    "info",
    "gave up dialling an endpoint that has left",
    addressOf,
  ],
  "refresh_failed": [
    "warn",
    "failed to look for changed endpoints",
    ({ source, error }) => ({ source, error: error.message }),
  ],
  "accept_failed": ["error", "failed to accept", ({ error, retryMs }) => ({
    error: error.message,
    interval: formatGoDuration(retryMs),
  })],
  "draining": ["info", "draining", ({ open }) => ({ connections: open })],
};

/** The line for an event. */
export function lineFor<Type extends keyof EventsByType>(
  event: EventsByType[Type],
): LogLine {
  const [level, message, fields] = LINES[event.type as Type];
  return { level, message, fields: fields(event) };
}

function addressOf({ endpoint }: { readonly endpoint: string }): LogFields {
  return { address: endpoint };
}

function inactive(
  { endpoint, retryMs, error }: {
    readonly endpoint: string;
    readonly retryMs: number;
    readonly error: Error;
  },
): LogFields {
  return {
    address: endpoint,
    interval: formatGoDuration(retryMs),
    error: error.message,
  };
}
